"""A folder of files with a manifest that says what each one is.

Every file has bytes of its own: adding the same bytes twice is an error, so that a corpus of 400 files holds 400
tricks. A folder (a model with files beside it) counts as one entry. `write_variants` adds to each file a copy with a
wrong extension and one with junk in front, for the tools that go by names or by the first bytes.
"""

import hashlib
import json
import random
import shutil
from pathlib import Path

BAD = ["malicious"]
CAUGHT = ["malicious", "suspicious"]
NOT_CLEAN = ["malicious", "suspicious", "malformed", "not-examined"]


def seeded(name: str) -> random.Random:
    """The same numbers for the same name, on every run."""
    return random.Random(f"artifacts/{name}")


class Corpus:
    def __init__(self, out: Path, keys: tuple[str, ...]) -> None:
        self.out, self.keys = out, keys
        self.entries: list[dict[str, object]] = []
        self.digests: dict[str, str] = {}
        if out.exists():
            shutil.rmtree(out)
        out.mkdir(parents=True)

    def add(self, path: str, data: bytes, *about: object) -> None:
        """One file; `about` are the values of the corpus's keys."""
        digest = hashlib.sha256(data).hexdigest()
        if digest in self.digests:
            raise ValueError(f"{path} is a copy of {self.digests[digest]}")
        self.digests[digest] = path
        target = self.out / path
        if target.exists():
            raise ValueError(f"{path} is there already")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self.note(path, *about)

    def folder(self, path: str, files: dict[str, bytes], *about: object, exempt: bool = True) -> Path:
        """A folder that is one entry; links and the like can be put into the path that it gives."""
        root = self.out / path
        root.mkdir(parents=True)
        for name, data in files.items():
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        self.note(path, *about)
        self.entries[-1]["exempt"] = exempt
        return root

    def note(self, path: str, *about: object) -> None:
        """Lists what something else has written."""
        if len(about) != len(self.keys):
            raise ValueError(f"{path}: {len(about)} values for {self.keys}")
        self.entries.append({"path": path, **dict(zip(self.keys, about))})

    def exempt(self) -> None:
        """No variants of the last entry: its name or its place is what makes it work."""
        self.entries[-1]["exempt"] = True

    def write_variants(self) -> None:
        for entry in list(self.entries):
            if entry.get("exempt"):
                continue
            path = Path(str(entry["path"]))
            data = (self.out / path).read_bytes()
            pick = seeded(f"variant {path}")
            endings = [e for e in (".safetensors", ".txt", "") if e != path.suffix]
            ending = pick.choice(endings)
            junk = pick.randbytes(pick.randint(1, 4096))
            # Junk makes most formats unreadable, which no tool has to see through; it hides no pickle or archive.
            pierced = entry["family"] == "pickle"
            expect = entry["expect"] if pierced else NOT_CLEAN
            for kind, name, body, wanted in (
                ("renamed", f"{path.stem}{path.suffix.replace('.', '-')}{ending}", data, entry["expect"]),
                ("junk-prepended", f"{path.stem}{path.suffix}", junk + data, expect),
            ):
                target = self.out / "variants" / kind / path.parent / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(body)
                self.entries.append(
                    {
                        **entry,
                        "path": str(target.relative_to(self.out)),
                        "expect": wanted,
                        "variant": kind,
                        "of": str(path),
                        **({"junk": len(junk)} if kind == "junk-prepended" else {}),
                    }
                )

    def write_manifest(self) -> None:
        (self.out / "manifest.json").write_text(json.dumps(self.entries, indent=1) + "\n")
