"""Lets a peer script answer requests from bench/src/peer.ts.

A script defines functions of one argument (the request's `params`) that return what JSON can hold, and ends
with `serve({"step": step, ...})`. One request a line on stdin, one answer a line on stdout. Libraries that
print go to stderr instead, so that they cannot break the protocol.
"""

import json
import os
import sys
from collections.abc import Callable


def serve(functions: dict[str, Callable[[object], object]]) -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(message: dict[str, object]) -> None:
        answers.write(json.dumps(message) + "\n")

    answer({"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer({"id": request["id"], "result": functions[request["method"]](request["params"])})
        except Exception as error:
            answer({"id": request["id"], "error": f"{type(error).__name__}: {error}"})
