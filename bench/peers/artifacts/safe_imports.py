"""Writes the exact names that honest pickles of the field's libraries import: `safe_imports.py OUT.json`.

Every entry is one class (or one constructor function that a library's own pickles name), found by looking at the
libraries themselves; tests, helpers and whatever reaches the system are left out by name. The output is data of the
scanner's policy and is committed; this script only says where it comes from.
"""

import importlib
import inspect
import json
import pkgutil
import sys
import warnings
from collections import defaultdict

warnings.simplefilter("ignore")
found: dict[str, set[str]] = defaultdict(set)

LEFT_OUT = (
    "test",
    "conftest",
    "_testing",
    "_mocking",
    "externals",
    "datasets",
    "setup",
    "_build",
    "_joblib",
    "parallel",
    "_openml",
    "distutils",
    "f2py",
    "cpp_extension",
    "hub",
    "distributed",
    "callback",
    "plotting",
)


def modules(package: str):
    root = importlib.import_module(package)
    yield root
    for info in pkgutil.walk_packages(getattr(root, "__path__", []), f"{package}."):
        if any(part.startswith(LEFT_OUT) or part.endswith("_test") for part in info.name.split(".")[1:]):
            continue
        try:
            yield importlib.import_module(info.name)
        except BaseException:
            continue


def classes(package: str, within: tuple[str, ...] = ()) -> None:
    for module in modules(package):
        for name, value in list(vars(module).items()):
            home = getattr(value, "__module__", None)
            if not isinstance(home, str) or home.split(".")[0] != package.split(".")[0]:
                continue
            if within and not home.startswith(within):
                continue
            if any(part.startswith(LEFT_OUT) for part in home.split(".")[1:]):
                continue
            if inspect.isclass(value) and value.__qualname__.isidentifier():
                found[home].add(value.__qualname__)
            elif name.startswith("__pyx_unpickle_") or name in ("newObj",):
                found[module.__name__].add(name)


def torch_allowed() -> None:
    from torch import _weights_only_unpickler as unpickler

    for name in unpickler._get_allowed_globals():
        module, _, last = name.rpartition(".")
        found[module].add(last)


for package, within in (
    ("sklearn", ()),
    ("scipy.sparse", ("scipy.sparse",)),
    ("scipy.spatial", ("scipy.spatial",)),
    ("scipy.interpolate", ("scipy.interpolate",)),
    ("scipy.stats", ("scipy.stats",)),
    ("torch.nn", ("torch.nn",)),
    ("torch.optim", ("torch.optim",)),
    ("torchvision.models", ("torchvision.models", "torchvision.ops")),
    ("xgboost", ()),
    ("lightgbm", ()),
    ("catboost", ()),
    ("pandas", ("pandas.core", "pandas._libs", "pandas.tseries")),
):
    before = sum(map(len, found.values()))
    try:
        classes(package, within)
    except ImportError as error:
        print(f"{package}: {error}", file=sys.stderr)
    print(f"{package}: {sum(map(len, found.values())) - before}", file=sys.stderr)
try:
    torch_allowed()
except ImportError as error:
    print(error, file=sys.stderr)

with open(sys.argv[1], "w", encoding="utf-8") as out:
    json.dump({module: sorted(names) for module, names in sorted(found.items())}, out, indent=0, sort_keys=True)
    out.write("\n")
