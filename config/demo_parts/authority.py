"""A certificate authority for one folder, so that the browser's rules hold as in production."""

import subprocess
from pathlib import Path


def openssl(*arguments, cwd):
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Authority:
    """`certificate` is the CA's; `issue` makes a server certificate for some host names."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.certificate = self.folder / "ca.crt"
        self.key = self.folder / "ca.key"
        if self.certificate.exists():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", "ca.key", "-out", "ca.crt", "-days", "825",
                "-subj", "/CN=Portal demo authority",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign", cwd=self.folder)
        self.key.chmod(0o600)

    def issue(self, name, hosts, usage="serverAuth"):
        """Gives (certificate chain, key) for these host names; the same again if they exist. `usage`:
        what it is good for, "clientAuth" for one that a client shows."""
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        if certificate.exists():
            return certificate, key
        names = ",".join(f"DNS:{host}" for host in hosts) + ",IP:127.0.0.1"
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", key.name, "-out", f"{name}.csr", "-subj", f"/CN={hosts[0]}",
                cwd=self.folder)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\nextendedKeyUsage={usage}\n"
                              "basicConstraints=critical,CA:FALSE\n", encoding="utf-8")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "397", "-extfile", extensions.name,
                "-out", certificate.name, cwd=self.folder)
        key.chmod(0o600)
        return certificate, key
