"""Certificates for tests, made with the openssl tool as docs/tls.md says."""

import pathlib
import subprocess

P256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True,
                   capture_output=True, timeout=60)


class Authority:
    """One in a folder of its own."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.file = self.folder / "authority.pem"
        self.key = self.folder / "authority.key"
        openssl("req", "-x509", *P256, "-days", 2, "-subj", f"/CN={name}",
                "-keyout", self.key, "-out", self.file)
        self.count = 0

    def _stem(self):
        self.count += 1
        return self.folder / str(self.count)

    def issue(self, name, alternatives="IP:127.0.0.1", days=1):
        """(certificate, key); of yesterday with negative days."""
        stem = self._stem()
        request, key, certificate = (stem.with_suffix(x)
                                     for x in (".csr", ".key", ".pem"))
        openssl("req", "-new", *P256, "-subj", f"/CN={name}", "-keyout", key,
                "-out", request)
        names = stem.with_suffix(".ext")
        names.write_text(f"subjectAltName={alternatives}\n")
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey",
                self.key, "-CAcreateserial", "-days", days, "-extfile", names,
                "-out", certificate)
        return certificate, key

    def self_signed(self, name, alternatives="IP:127.0.0.1"):
        """(certificate, key)"""
        stem = self._stem()
        key, certificate = stem.with_suffix(".key"), stem.with_suffix(".pem")
        openssl("req", "-x509", *P256, "-days", 1, "-subj", f"/CN={name}",
                "-addext", f"subjectAltName={alternatives}", "-keyout", key,
                "-out", certificate)
        return certificate, key
