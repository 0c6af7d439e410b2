"""One request to a node, whole: status, head and bytes."""

import http.client


def ask(node, path, method="GET", **headers):
    """(status, headers by lower-case name, bytes)"""
    connection = http.client.HTTPConnection("127.0.0.1", node.http_port,
                                            timeout=10)
    try:
        connection.request(method, path, headers={
            name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        endless = fields.get("content-type") == "text/event-stream"
        body = b"" if endless else answer.read()
        return answer.status, fields, body
    finally:
        connection.close()
