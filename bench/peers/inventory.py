"""Says which peers this environment has, and leaves the same in peers.json.

A peer counts as present only when it can be imported, each in a fresh interpreter, so that one that was
installed but does not work is listed with its reason. Arguments are `group=reason` for groups whose
installation failed.
"""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# Distribution -> what to import to know that it works.
PEERS = {
    "numpy": "numpy",
    "torch": "torch",
    "torchvision": "torchvision",
    "onnx": "onnx",
    "onnxscript": "onnxscript",
    "onnxruntime": "onnxruntime",
    "scikit-learn": "sklearn",
    "skl2onnx": "skl2onnx",
    "adversarial-robustness-toolbox": "art.attacks.evasion",
    "foolbox": "foolbox.attacks",
    "torchattacks": "torchattacks",
    "pyautoattack": "pyautoattack",
    "imagecorruptions": "imagecorruptions",
    "picklescan": "picklescan.scanner",
    "modelscan": "modelscan.modelscan",
    "fickling": "fickling.fickle",
    "model-signing": "model_signing",
}


def look(name: str, module: str, failed: dict[str, str]) -> dict[str, object]:
    try:
        found = version(name)
    except PackageNotFoundError:
        return {"name": name, "version": None, "reason": failed.get(name, "not installed")}
    trial = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"import {module}"], capture_output=True, text=True, timeout=300
    )
    if trial.returncode != 0:
        lines = [line for line in trial.stderr.splitlines() if line.strip()]
        return {"name": name, "version": None, "reason": f"{found} does not import: {lines[-1] if lines else 'unknown'}"}
    return {"name": name, "version": found, "reason": None}


def main() -> None:
    failed = dict(argument.split("=", 1) for argument in sys.argv[1:] if "=" in argument)
    peers = [look(name, module, failed) for name, module in PEERS.items()]
    python = ".".join(str(part) for part in sys.version_info[:3])
    target = Path(sys.prefix) / "peers.json"
    target.write_text(json.dumps({"python": python, "peers": peers}, indent=2) + "\n")
    width = max(len(name) for name in PEERS)
    print(f"{'python':<{width}}  {python}")
    for peer in peers:
        print(f"{peer['name']:<{width}}  {peer['version'] or 'absent: ' + str(peer['reason'])}")
    print(f"\nwritten to {target}")


if __name__ == "__main__":
    main()
