"""Today's scanners beside ours, for bench/src/areas/artifacts.ts: `scan` asks one of them about one file.

Each question is answered by a fork of this process, in which the tools are imported already: the seconds are those of
the scan alone, a tool that crashes or fills the memory takes nothing else with it, and the time limit is kept
even where a tool hangs. Nothing is loaded or unpickled: all three read opcodes.

`verdict` is `flagged`, `clean`, `skipped` (the tool looked at nothing), `error` (it failed, or says that it did) or
`timeout`. Only `flagged` means that a user is warned of the content. What picklescan calls "suspicious" leaves its exit
status at 0, and is `clean` here with the count in `detail`.
"""

import contextlib
import importlib
import importlib.util
import io
import logging
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from serve import serve  # noqa: E402

LIMIT_SECONDS = 20
LIMIT_MEMORY = 6 << 30

logging.disable(logging.CRITICAL)


def picklescan(path: str, strict: bool) -> tuple[str, str]:
    from picklescan.scanner import scan_directory_path, scan_file_path

    result = (scan_directory_path if os.path.isdir(path) else scan_file_path)(path, strict=strict)
    detail = f"{result.issues_count} dangerous, {result.suspicious_count} suspicious"
    if result.issues_count > 0:
        return "flagged", detail
    if result.scan_err:
        return "error", detail
    return ("clean" if result.scanned_files > 0 else "skipped"), detail


def modelscan(path: str) -> tuple[str, str]:
    from modelscan.modelscan import ModelScan

    scan = ModelScan()
    scan.scan(path)
    detail = f"{len(scan.issues.all_issues)} issues, {len(scan.errors)} errors, {len(scan.scanned)} scanned"
    if scan.issues.all_issues:
        return "flagged", detail
    if scan.errors:
        return "error", f"{detail}: {str(scan.errors[0])[:200]}"
    return ("clean" if scan.scanned else "skipped"), detail


def fickling(path: str) -> tuple[str, str]:
    """Its library's own two doors: one for zips, which looks at members with a pickle's name, and one for the rest."""
    from fickling import scan_file, scan_zip_archive

    if os.path.isdir(path):
        worst = ["skipped"]
        for part in sorted(p for p in Path(path).rglob("*") if p.is_file() and not p.is_symlink()):
            try:
                worst.append(fickling(str(part))[0])
            except Exception:
                worst.append("error")
        rank = ("flagged", "error", "clean", "skipped")
        return min(worst, key=rank.index), f"{len(worst) - 1} files"
    results = scan_zip_archive(path) if zipfile.is_zipfile(path) else {path: scan_file(path)}
    if not results or not any(r.results for r in results.values()):
        return "skipped", "no pickle seen"
    worst = max(r.severity for r in results.values())
    return ("clean" if all(r.is_safe for r in results.values()) else "flagged"), worst.name


TOOLS = {
    "picklescan": lambda path: picklescan(path, False),
    "picklescan-strict": lambda path: picklescan(path, True),
    "modelscan": modelscan,
    "fickling": fickling,
}


def ask(tool: str, path: str, answer) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_MEMORY, LIMIT_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # modelscan and fickling look for settings and write results where they stand.
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        started = time.perf_counter()
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                verdict, detail = TOOLS[tool](path)
        except BaseException as error:
            verdict, detail = "error", f"{type(error).__name__}: {str(error)[:200]}"
        seconds = time.perf_counter() - started
        os.chdir("/")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        answer.send({"verdict": verdict, "detail": detail, "seconds": seconds, "peakBytes": peak})


def scan(params: dict) -> dict:
    """`tool`, `path`; gives verdict, detail, seconds of wall time and the peak of resident bytes."""
    tool, path = params["tool"], os.path.abspath(params["path"])
    if tool not in TOOLS:
        raise ValueError(f"no tool {tool}")
    if importlib.util.find_spec(tool.partition("-")[0]) is None:
        raise RuntimeError(f"{tool} is not installed")
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    child = context.Process(target=ask, args=(tool, path, theirs), daemon=True)
    started = time.perf_counter()
    child.start()
    theirs.close()
    answered = mine.poll(params.get("limitSeconds", LIMIT_SECONDS))
    seconds = time.perf_counter() - started
    try:
        if answered:
            return mine.recv()
        return {
            "verdict": "timeout",
            "detail": f"not done after {seconds:.0f} s",
            "seconds": seconds,
            "peakBytes": None,
        }
    except EOFError:
        return {"verdict": "error", "detail": "the tool's process died", "seconds": seconds, "peakBytes": None}
    finally:
        if child.is_alive():
            child.kill()
        child.join()
        mine.close()


def warm() -> None:
    """Imports what the tools import, here and not in every fork."""
    for module in (
        "numpy",
        "h5py",
        "py7zr",
        "picklescan.scanner",
        "modelscan.modelscan",
        "fickling.fickle",
        "fickling.analysis",
    ):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    if "modelscan.modelscan" in sys.modules:
        sys.modules["modelscan.modelscan"].ModelScan()


if __name__ == "__main__":
    warm()
    serve({"scan": scan})
