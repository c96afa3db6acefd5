"""Signs and verifies model folders with the reference tool, OpenSSF model_signing (needs pyOpenSSL beside it).

    signing.py sign     MODEL KEY.pem OUT.sig [--shard-size N] [--hash sha256|blake2|blake3] [--allow-symlinks]
                        [--certificate LEAF.pem [--chain CA.pem ...]] [--ignore PATH ...]
    signing.py verify   MODEL PUB.pem SIG [--allow-symlinks] [--ignore PATH ...]
    signing.py verify   MODEL --roots ROOT.pem SIG
    signing.py verify   MODEL --trusted-root ROOT.json --identity NAME --issuer URL SIG
    signing.py fixtures FOLDER      writes the fixtures of packages/scanner/src/signing/fixtures

`sign` and `verify` print one line of JSON: {"ok": bool, "message": str}. Nothing here uses the network.
"""

import argparse
import base64
import datetime
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile

import model_signing
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from model_signing._signing import sign_sigstore_pb


def hashing_config(method, algorithm, shard_size, allow_symlinks):
    config = model_signing.hashing.Config()
    if method == "shards":
        config.use_shard_serialization(hashing_algorithm=algorithm, shard_size=shard_size)
    else:
        config.use_file_serialization(hashing_algorithm=algorithm)
    return config.set_allow_symlinks(allow_symlinks)


def sign(
    model, key, out, shard_size=None, algorithm="sha256", allow_symlinks=False, certificate=None, chain=(), ignore=()
):
    method = "files" if shard_size is None else "shards"
    config = hashing_config(method, algorithm, shard_size, allow_symlinks).set_ignored_paths(paths=ignore)
    signing = model_signing.signing.Config().set_hashing_config(config)
    if certificate is None:
        signing.use_elliptic_key_signer(private_key=key)
    else:
        signing.use_certificate_signer(private_key=key, signing_certificate=certificate, certificate_chain=chain)
    signing.sign(pathlib.Path(model), pathlib.Path(out))


def verify(model, sig, public=None, roots=(), keyless=None, allow_symlinks=False, ignore=()):
    """The tool cannot guess its own settings back from every statement that it writes (a shard size comes back as a
    fraction, blake2b under a name that it does not take), so they are read here and given to it."""
    bundle = json.loads(pathlib.Path(sig).read_text())
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    given = (statement.get("predicate") or {}).get("serialization", {})
    algorithm = {"blake2b": "blake2"}.get(given.get("hash_type"), given.get("hash_type", "sha256"))
    size = given.get("shard_size")
    config = hashing_config(
        given.get("method", "files"), algorithm, None if size is None else int(size), allow_symlinks
    ).set_ignored_paths(paths=ignore)
    verifying = model_signing.verifying.Config().set_hashing_config(config)
    if keyless is not None:
        verifying.use_sigstore_verifier(**keyless)
    elif roots:
        verifying.use_certificate_verifier(certificate_chain=[pathlib.Path(root) for root in roots])
    else:
        verifying.use_elliptic_key_verifier(public_key=public)
    verifying.verify(pathlib.Path(model), pathlib.Path(sig))


def trust_config(trusted_root):
    """The tool takes a trusted root only inside a whole client configuration, from a file."""
    root = json.loads(pathlib.Path(trusted_root).read_text())
    service = {
        "url": "http://localhost",
        "majorApiVersion": 1,
        "validFor": {"start": "2020-01-01T00:00:00Z"},
        "operator": "none",
    }
    config = {
        "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
        "trustedRoot": root,
        "signingConfig": {
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": [service],
            "oidcUrls": [service],
            "rekorTlogUrls": [service],
            "rekorTlogConfig": {"selector": "ANY"},
            "tsaUrls": [service],
            "tsaConfig": {"selector": "ANY"},
        },
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump(config, file)
    return pathlib.Path(file.name)


# --- fixtures --------------------------------------------------------------------------------------------------------

MODEL = {
    "README.md": b"A tiny model for tests of signatures.\n",
    "a/b": b"a/b comes before a.txt: the tool sorts by path components.\n",
    "a.txt": b"hello\n",
    "deep/er/still/vocab.txt": b'it\'s a "quote"\n',
    "empty.txt": b"",
    "größe ü.txt": "names are Unicode: größe\n".encode(),
    "weights.bin": bytes(range(50)),
}


def write_pem(path, text):
    path.write_bytes(text)
    return path


def new_key(curve, folder, name):
    key = ec.generate_private_key(curve)
    private = write_pem(
        folder / f"{name}.key.tmp",
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key, private, public


def certificate(subject, issuer, key, issuer_key, ca, usages):
    name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2024, 1, 1))
        .not_valid_after(datetime.datetime(2124, 1, 1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca,
                key_cert_sign=ca,
                crl_sign=ca,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def old_bundle(key, public, encode):
    """As releases before 1.0 wrote: a subject a file; `encode` is the right or the wrong encoding of that time."""
    subjects = [
        {"name": name, "digest": {"sha256": hashlib.sha256(content).hexdigest()}} for name, content in MODEL.items()
    ]
    payload = json.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": subjects,
            "predicateType": "https://model_signing/Digests/v0.1",
            "predicate": {"unused": "Unused, just passed due to API requirements"},
        },
        indent=2,
        ensure_ascii=False,
    ).encode()
    signature = key.sign(encode(payload), ec.ECDSA(hashes.SHA256()))
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": hashlib.sha256(public).hexdigest()}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
        },
    }


def fixtures(folder):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder / "model", ignore_errors=True)
    for name, content in MODEL.items():
        path = folder / "model" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    model = folder / "model"
    keys = {
        name: new_key(curve, folder, name)
        for name, curve in (("p256", ec.SECP256R1()), ("p384", ec.SECP384R1()), ("p521", ec.SECP521R1()))
    }
    for name, (_, private, public) in keys.items():
        write_pem(folder / f"{name}.pub.pem", public)
        sign(model, private, folder / f"{name}.sig")
    key, private, public = keys["p256"]
    sign(model, private, folder / "shards.sig", shard_size=16)
    sign(model, private, folder / "blake2b.sig", algorithm="blake2")
    sign(model, private, folder / "blake3.sig", algorithm="blake3")
    sign(model / "weights.bin", private, folder / "single-file.sig")
    (folder / "old-statement.sig").write_text(json.dumps(old_bundle(key, public, sign_sigstore_pb.pae)))
    (folder / "old-encoding.sig").write_text(json.dumps(old_bundle(key, public, sign_sigstore_pb.pae_compat)))

    root_key, middle_key = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("Test root", "Test root", root_key, root_key, True, [])
    middle = certificate("Test intermediate", "Test root", middle_key, root_key, True, [])
    leaf = certificate("Test signer", "Test intermediate", key, middle_key, False, [ExtendedKeyUsageOID.CODE_SIGNING])
    paths = [
        write_pem(folder / f"{name}.tmp", one.public_bytes(serialization.Encoding.PEM))
        for name, one in (("middle", middle), ("leaf", leaf))
    ]
    write_pem(folder / "root.pem", root.public_bytes(serialization.Encoding.PEM))
    sign(model, private, folder / "certificate.sig", certificate=paths[1], chain=[paths[0]])
    for rest in folder.glob("*.tmp"):
        rest.unlink()


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("sign")
    one.add_argument("model")
    one.add_argument("key", type=pathlib.Path)
    one.add_argument("out")
    one.add_argument("--shard-size", type=int)
    one.add_argument("--hash", default="sha256", dest="algorithm")
    one.add_argument("--allow-symlinks", action="store_true")
    one.add_argument("--certificate", type=pathlib.Path)
    one.add_argument("--chain", type=pathlib.Path, nargs="*", default=[])
    one.add_argument("--ignore", nargs="*", default=[])
    two = commands.add_parser("verify")
    two.add_argument("model")
    two.add_argument("public", nargs="?")
    two.add_argument("sig")
    two.add_argument("--roots", action="append", default=[])
    two.add_argument("--trusted-root")
    two.add_argument("--identity")
    two.add_argument("--issuer")
    two.add_argument("--allow-symlinks", action="store_true")
    two.add_argument("--ignore", nargs="*", default=[])
    commands.add_parser("fixtures").add_argument("folder")
    given = vars(parser.parse_args())
    command = given.pop("command")
    if command == "fixtures":
        return fixtures(given["folder"])
    try:
        if command == "sign":
            sign(**given)
        else:
            trusted_root, identity, issuer = (given.pop(name) for name in ("trusted_root", "identity", "issuer"))
            if trusted_root is None:
                verify(**given)
            else:
                config = trust_config(trusted_root)
                try:
                    verify(**given, keyless={"identity": identity, "oidc_issuer": issuer, "trust_config": config})
                finally:
                    config.unlink()
        print(json.dumps({"ok": True, "message": ""}))
    except Exception as error:  # every refusal of the tool is an answer here
        print(json.dumps({"ok": False, "message": f"{type(error).__name__}: {error}"}))
        sys.exit(1)


main()
