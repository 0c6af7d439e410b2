"""The description of the API, and what breaks it."""

import yaml


class Description:
    """openapi.yaml."""

    def __init__(self, text):
        self.whole = yaml.safe_load(text)

    def resolved(self, x):
        while "$ref" in x:
            node = self.whole
            for step in x["$ref"].lstrip("#/").split("/"):
                node = node[step]
            x = node
        return x

    def faults(self, value, schema, at="$"):
        """Why a value is not of a schema; of alternatives one must fit."""
        schema = self.resolved(schema)
        if "oneOf" in schema:
            tried = [self.faults(value, x, at) for x in schema["oneOf"]]
            return [] if [] in tried else min(tried, key=len)
        if value is None:
            return [] if schema.get("nullable") else [f"{at} is null"]
        kinds = {"object": dict, "array": list, "string": str, "boolean": bool,
                 "integer": int, "number": (int, float)}
        kind = schema.get("type")
        if kind and (not isinstance(value, kinds[kind])
                     or (kind in ("integer", "number")
                         and isinstance(value, bool))):
            return [f"{at} is no {kind}: {value!r}"]
        faults = []
        if "enum" in schema and value not in schema["enum"]:
            faults.append(f"{at} is none of {schema['enum']}: {value!r}")
        if isinstance(value, list):
            for i, x in enumerate(value):
                faults += self.faults(x, schema.get("items", {}), f"{at}[{i}]")
        if isinstance(value, dict):
            faults += self._member_faults(value, schema, at)
        return faults

    def _member_faults(self, value, schema, at):
        faults = [f"{at} lacks {key}" for key in schema.get("required", [])
                  if key not in value]
        others = schema.get("additionalProperties", True)
        known = schema.get("properties", {})
        for key, x in value.items():
            if key in known:
                faults += self.faults(x, known[key], f"{at}.{key}")
            elif others is False:
                faults.append(f"{at} has {key}")
            elif isinstance(others, dict):
                faults += self.faults(x, others, f"{at}.{key}")
        return faults


def values_of(parameter, description):
    """Values worth asking for: all of an enumeration, else a plain one."""
    schema = description.resolved(parameter["schema"])
    if "enum" in schema:
        return schema["enum"]
    if schema["type"] == "array":
        return schema["items"]["enum"] + [",".join(schema["items"]["enum"])]
    if "example" in parameter:
        return [parameter["example"]]
    return {"integer": [schema.get("default", 0)],
            "string": [schema.get("default", "system.*")]}[schema["type"]]
