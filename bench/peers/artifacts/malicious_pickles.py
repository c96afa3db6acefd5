"""Pickles that call something, hide that they do, or break their reader. None is ever loaded."""

import struct
import zlib
from unittest import mock

import callables
from corpus import BAD, CAUGHT, NOT_CLEAN, Corpus, seeded
from opcodes import *  # noqa: F403
from opcodes import (
    blob,
    call,
    frame,
    get,
    global_,
    harmless,
    old_string,
    pickle_of,
    proto,
    put,
    system,
    text,
    value,
    whole,
)

TRUE = ("true",)


def write(corpus: Corpus) -> None:
    def add(name: str, data: bytes, technique: str, reference: str = "own", expect: list[str] = CAUGHT) -> None:
        corpus.add(f"pickle/{name}", data, "pickle", technique, reference, expect)

    listed(add)
    opcodes_and_protocols(add)
    unlisted(add)
    names(add)
    gadgets(add)
    extensions(add)
    misnamed(add)
    memo(add)
    hidden_calls(add)
    frames(add)
    faults(add)
    several(add)
    nested(add)
    legacy_torch(add)
    arrays_of_joblib(add)
    functions(add)
    bombs(add)


def listed(add) -> None:
    """Every module of the import lists, over all protocols and ways to call."""
    combinations = [(p, w) for p in range(6) for w in ways_of(p)]
    for i, (module, (name, arguments, cls, reference)) in enumerate(callables.LISTED.items()):
        # A dotted name is only resolved from protocol 4 on.
        fitting = [
            (p, w) for p, w in combinations if "." not in name or (p >= 4 and w not in ("inst", "reduce", "obj"))
        ]
        protocol, way = fitting[i % len(fitting)]
        body = call(module, name, arguments, protocol, way)
        add(
            f"listed/{module}.pkl",
            pickle_of(body, protocol, framed=protocol >= 4 and i % 2 == 0),
            f"{cls}: {module}.{name}, protocol {protocol}, {way}",
            reference,
            BAD if cls in callables.CODE else CAUGHT,
        )
    for i, (name, arguments) in enumerate(callables.BUILTINS.items()):
        protocol = i % 6
        module = "__builtin__" if protocol < 2 else "builtins"
        add(
            f"builtins/{name}.pkl",
            pickle_of(call(module, name, arguments, protocol), protocol),
            f"built-in {name}",
            "own",
            BAD,
        )


def opcodes_and_protocols(add) -> None:
    """One payload in every way of every protocol."""
    for protocol in range(6):
        for way in ways_of(protocol):
            for framed in (False, True) if protocol >= 4 else (False,):
                body = call("subprocess", "getoutput", TRUE, protocol, way)
                tail = ", framed" if framed else ""
                add(
                    f"ways/protocol-{protocol}-{way}{'-framed' if framed else ''}.pkl",
                    pickle_of(body, protocol, framed),
                    f"subprocess.getoutput by {way} in protocol {protocol}{tail}",
                    "own",
                    BAD,
                )
    body = call("os", "system", TRUE, 4, "stack-global")
    add("ways/no-proto-new-opcodes.pkl", body + STOP, "protocol-4 opcodes without PROTO", "own", BAD)
    add("ways/proto-0-declared.pkl", b"\x80\x00" + body + STOP, "PROTO 0 before protocol-4 opcodes", "own", BAD)
    add("ways/proto-twice.pkl", b"\x80\x02\x80\x05" + body + STOP, "PROTO twice", "own", BAD)
    add(
        "ways/proto-later.pkl",
        value([1, 2], 2) + POP + b"\x80\x04" + body + STOP,
        "PROTO after other opcodes",
        "own",
        BAD,
    )
    add("ways/text-first.pkl", b"Vmodel\n0" + call("os", "system", TRUE, 0) + STOP, "text opcode first", "own", BAD)
    add("ways/out-of-band.pkl", proto(5) + b"\x97\x98" + POP + body + STOP, "NEXT_BUFFER before the call")
    add(
        "ways/bytearray8.pkl",
        proto(5) + b"\x96" + struct.pack("<Q", 3) + b"abc" + POP + body + STOP,
        "BYTEARRAY8 first",
    )


def unlisted(add) -> None:
    for i, (module, name, arguments) in enumerate(callables.UNLISTED):
        protocol = 4 + i % 2 if "." in name else i % 6
        way = "stack-global" if "." in name else ways_of(protocol)[i % len(ways_of(protocol))]
        add(
            f"unlisted/{module}.{name}.pkl",
            pickle_of(call(module, name, arguments, protocol, way), protocol),
            f"on no list: {module}.{name}",
        )
    import_only = pickle_of(global_("evil_module", "anything", 2), 2)
    add("unlisted/import-only.pkl", import_only, "imports a module and calls nothing: importing runs it")


def names(add) -> None:
    """Dotted names, spelt names, and names that two readers read in two ways."""
    dotted = [
        ("logging", "os.system", "GHSA-5j3x-jp52-966f"),
        ("collections", "_sys.modules.get", "own"),
        ("numpy", "core._internal.sys.modules.get", "modelscan issue 330"),
        ("torch", "serialization.os.system", "own"),
        ("torch._utils", "sys.modules.get", "own"),
        ("joblib.numpy_pickle", "os.system", "own"),
        ("sklearn.base", "copy.copyreg.add_extension", "own"),
        ("collections", "OrderedDict.__init__.__globals__.get", "own"),
        ("numpy", "ndarray.__class__.__subclasses__", "own"),
        ("numpy", "dtype.__reduce__.__self__", "own"),
        ("collections", "OrderedDict.__subclasses__", "own"),
        ("builtins", "str.__class__.__base__.__subclasses__", "own"),
        ("scipy.sparse", "_base.np.load", "own"),
        ("pandas", "io.common.os.popen", "own"),
        ("xgboost.core", "os.system", "own"),
    ]
    for module, name, reference in dotted:
        add(
            f"names/dotted-{module}-{name}.pkl",
            pickle_of(call(module, name, TRUE, 4, "stack-global"), 4),
            f"dotted name through an innocent module: {module}.{name}",
            reference,
        )
    add("names/dotted-protocol-2.pkl", pickle_of(call("torch", "os.system"), 2), "dotted name in protocol 2")
    add(
        "names/submodule.pkl",
        pickle_of(call("asyncio.unix_events", "_UnixSubprocessTransport._start", TRUE, 4, "stack-global"), 4),
        "submodule of a listed module",
        "CVE-2025-10157",
        BAD,
    )
    add(
        "names/submodule-2.pkl",
        pickle_of(call("distutils.spawn", "spawn", TRUE, 2), 2),
        "submodule of a listed module",
        "CVE-2025-10157",
        BAD,
    )
    add(
        "names/prefix-only.pkl",
        pickle_of(call("ossystem", "popen"), 2),
        "module whose name only starts as a listed one",
    )
    add(
        "names/like-torch.pkl",
        pickle_of(call("torchx._utils", "_rebuild_tensor_v2"), 2),
        "module named like an allowed one",
    )
    add(
        "names/like-numpy.pkl",
        pickle_of(call("numpy.core.multiarray.evil", "_reconstruct"), 2),
        "below an allowed module",
    )
    add(
        "names/allowed-module-other-name.pkl",
        pickle_of(call("collections", "namedtuple", ("a", "b"), 2), 2),
        "allowed module, other name (namedtuple evaluates text)",
    )
    add(
        "names/python-2-copy-reg.pkl",
        pickle_of(call("copy_reg", "add_extension", ("os", "system", 1), 0), 0),
        "Python 2 name of copyreg",
        "own",
    )
    add(
        "names/python-2-user.pkl",
        pickle_of(call("UserDict", "UserDict", TRUE, 0, "inst"), 0),
        "Python 2 name on no list",
    )
    add("names/homoglyph.pkl", pickle_of(call("оs", "system"), 2), "module name in Cyrillic letters")
    add("names/nul.pkl", pickle_of(call("os\x00", "system"), 2), "NUL in the module name", "own", NOT_CLEAN)
    add("names/space.pkl", pickle_of(call(" os", "system "), 2), "spaces round the names", "own", NOT_CLEAN)
    add("names/carriage-return.pkl", b"cos\r\nsystem\r\n(S'true'\r\ntR.", "lines that end with CR LF", "own", NOT_CLEAN)
    add("names/empty.pkl", pickle_of(call("", "system"), 2), "empty module name", "own", NOT_CLEAN)
    add(
        "names/not-utf-8.pkl",
        b"\x80\x02c\xff\xfe\nsystem\n(X\x04\x00\x00\x00truetR.",
        "module name that is no UTF-8",
        "own",
        NOT_CLEAN,
    )
    add("names/long.pkl", pickle_of(call("a." * 4000 + "os", "system"), 2), "module name of 8,000 characters")
    add("names/dunder.pkl", pickle_of(call("numpy", "__builtins__", ()), 2), "numpy.__builtins__", "modelscan issue 89")
    add(
        "names/loader.pkl",
        pickle_of(call("numpy", "__loader__.load_module", TRUE, 4, "stack-global"), 4),
        "numpy.__loader__",
    )
    add(
        "names/getattribute.pkl",
        pickle_of(call("builtins", "object.__getattribute__", ({}, "keys"), 4, "stack-global"), 4),
        "object.__getattribute__ behind a safe built-in",
    )
    add("names/type.pkl", pickle_of(call("builtins", "type", ("X", (), {})), 2), "class made on the fly by type()")
    escaped = b"c\n".replace(b"c\n", b"") + b"V\\u006f\\u0073\nVsys\\u0074em\n\x93(Vtrue\ntR."
    add("names/unicode-escapes.pkl", proto(4) + escaped, "names by UNICODE with escapes", "own", BAD)
    octal = b"S'\\157\\163'\nS'\\163ystem'\n\x93(S'true'\ntR."
    add("names/octal-escapes.pkl", proto(4) + octal, "names by STRING with octal escapes", "own", BAD)
    hexed = b'S"\\x6f\\x73"\nS"syst\\x65m"\n\x93(S"true"\ntR.'
    add("names/hex-escapes.pkl", proto(4) + hexed, "names by STRING with hex escapes, double quotes", "own", BAD)
    short = old_string(b"os") + old_string(b"system") + STACK_GLOBAL + MARK + text("true") + TUPLE + REDUCE
    add("names/short-binstring.pkl", pickle_of(short, 4), "names by SHORT_BINSTRING", "own", BAD)
    long = b"T\x02\x00\x00\x00osT\x06\x00\x00\x00system" + STACK_GLOBAL + MARK + text("true") + TUPLE + REDUCE
    add("names/binstring.pkl", pickle_of(long, 4), "names by BINSTRING", "own", BAD)
    eight = b"\x8d" + struct.pack("<Q", 2) + b"os\x8d" + struct.pack("<Q", 6) + b"system" + STACK_GLOBAL
    add(
        "names/binunicode8.pkl",
        pickle_of(eight + MARK + text("true") + TUPLE + REDUCE, 4),
        "names by BINUNICODE8",
        "own",
        BAD,
    )
    byte_names = blob(b"os") + blob(b"system") + STACK_GLOBAL + MARK + text("true") + TUPLE + REDUCE
    add("names/bytes.pkl", pickle_of(byte_names, 4), "names by SHORT_BINBYTES: one reader refuses", "own", NOT_CLEAN)
    computed = text("os", 4) + call("builtins", "str", ("system",), 4, "stack-global") + STACK_GLOBAL
    add(
        "names/computed.pkl", pickle_of(computed + MARK + text("true", 4) + TUPLE + REDUCE, 4), "name that a call gives"
    )
    joined = (
        text("os", 4)
        + global_("builtins", "max", 4)
        + MARK
        + text("a", 4)
        + text("system", 4)
        + TUPLE
        + REDUCE
        + STACK_GLOBAL
    )
    add(
        "names/computed-by-safe.pkl",
        pickle_of(joined + MARK + text("true", 4) + TUPLE + REDUCE, 4),
        "name that an allowed built-in gives",
    )


def gadgets(add) -> None:
    """Chains of calls in which no single name looks bad enough."""
    eval_dict = global_("numpy", "__builtins__") + MARK + text("eval") + TUPLE
    chains = {
        "numpy-builtins-getitem": (
            global_("operator", "getitem")
            + MARK
            + global_("numpy", "__builtins__")
            + text("eval")
            + TUPLE
            + REDUCE
            + MARK
            + text("1+1")
            + TUPLE
            + REDUCE,
            "numpy.__builtins__['eval']",
            "modelscan issue 89",
        ),
        "numpy-builtins-as-callable": (eval_dict + REDUCE, "numpy.__builtins__ called", "modelscan issue 89"),
        "numpy-sys-modules-build": (
            global_("numpy.core._internal", "_ctypes", 2)
            + EMPTY_TUPLE
            + NEWOBJ
            + MARK
            + text("modules")
            + global_("numpy.core._internal", "sys", 2)
            + DICT
            + BUILD,
            "BUILD plants sys into an object",
            "modelscan issue 330",
        ),
        "function-globals-build": (
            global_("torch._utils", "_rebuild_tensor_v2")
            + NONE
            + MARK
            + text("__globals__")
            + EMPTY_DICT
            + DICT
            + TUPLE2
            + BUILD,
            "BUILD with slots state on an allowed function",
            "modelscan issue 330",
        ),
        "module-build": (
            global_("collections", "abc")
            + MARK
            + text("system")
            + global_("collections", "OrderedDict")
            + DICT
            + BUILD,
            "BUILD replaces a name in a module",
            "own",
        ),
        "class-build": (
            global_("collections", "OrderedDict")
            + MARK
            + text("__reduce__")
            + global_("collections", "deque")
            + DICT
            + BUILD,
            "BUILD changes an allowed class",
            "own",
        ),
        "getattr-import": (
            global_("builtins", "getattr")
            + MARK
            + call("builtins", "__import__", ("os",))
            + text("system")
            + TUPLE
            + REDUCE
            + MARK
            + text("true")
            + TUPLE
            + REDUCE,
            "getattr(__import__('os'), 'system')",
            "own",
        ),
        "attrgetter": (
            call("operator", "attrgetter", ("system",))
            + MARK
            + call("importlib", "import_module", ("os",))
            + TUPLE
            + REDUCE
            + MARK
            + text("true")
            + TUPLE
            + REDUCE,
            "attrgetter over import_module",
            "picklescan issue 66",
        ),
        "methodcaller-locate": (
            call("operator", "methodcaller", ("system", "true"))
            + MARK
            + call("pydoc", "locate", ("os",))
            + TUPLE
            + REDUCE,
            "methodcaller over pydoc.locate",
            "picklescan issue 66",
        ),
        "resolve-name": (
            call("pkgutil", "resolve_name", ("os:system",)) + MARK + text("true") + TUPLE + REDUCE,
            "pkgutil.resolve_name",
            "GHSA-vvpj-8cmc-gx39",
        ),
        "partial": (
            global_("functools", "partial")
            + MARK
            + global_("os", "system")
            + text("true")
            + TUPLE
            + REDUCE
            + EMPTY_TUPLE
            + REDUCE,
            "functools.partial of the call",
            "own",
        ),
        "reduce-fold": (
            global_("functools", "reduce")
            + MARK
            + global_("builtins", "getattr")
            + value(["a"])
            + text("os")
            + TUPLE
            + REDUCE,
            "functools.reduce(getattr, ...)",
            "own",
        ),
        "map-list": (
            global_("builtins", "list")
            + MARK
            + global_("builtins", "map")
            + MARK
            + global_("os", "system")
            + value(["true"])
            + TUPLE
            + REDUCE
            + TUPLE
            + REDUCE,
            "list(map(os.system, ...)) through allowed built-ins",
            "own",
        ),
        "filter-bytes": (
            global_("builtins", "bytes")
            + MARK
            + global_("builtins", "filter")
            + MARK
            + global_("builtins", "eval")
            + value(["1+1"])
            + TUPLE
            + REDUCE
            + TUPLE
            + NEWOBJ,
            "bytes.__new__(filter(eval, ...))",
            "own",
        ),
        "sorted-key": (
            global_("builtins", "sorted") + MARK + value(["1+1"]) + NONE + global_("evil", "key") + TUPLE + REDUCE,
            "callback handed to an allowed built-in",
            "own",
        ),
        "defaultdict-factory": (
            global_("collections", "defaultdict")
            + MARK
            + global_("os", "getcwd")
            + TUPLE
            + REDUCE
            + text("a")
            + NONE
            + SETITEM,
            "defaultdict with a dangerous factory",
            "own",
        ),
        "reconstructor": (
            global_("copyreg", "_reconstructor")
            + MARK
            + global_("os", "_wrap_close")
            + global_("builtins", "object")
            + NONE
            + TUPLE
            + REDUCE,
            "copyreg._reconstructor of a class of os",
            "own",
        ),
        "newobj-function": (
            call("copyreg", "__newobj__", (bytearray(global_("subprocess", "Popen")), "true")),
            "copyreg.__newobj__",
            "own",
        ),
        "code-type": (
            global_("types", "FunctionType")
            + MARK
            + call("types", "CodeType", (0, 0, 0, 0, 1, 0, b"\x97\x00d\x00S\x00"), 3)
            + EMPTY_DICT
            + TUPLE
            + REDUCE
            + EMPTY_TUPLE
            + REDUCE,
            "function made from a code object",
            "own",
        ),
        "marshal-function": (
            global_("types", "FunctionType")
            + MARK
            + call("marshal", "loads", (b"\xe3\x00",), 3)
            + EMPTY_DICT
            + TUPLE
            + REDUCE,
            "function from marshalled code",
            "own",
        ),
        "codecs-then-exec": (
            global_("builtins", "exec") + MARK + call("codecs", "decode", ("1+1", "rot13")) + TUPLE + REDUCE,
            "exec of text that codecs decodes",
            "own",
        ),
        "base64-then-eval": (
            global_("builtins", "eval") + MARK + call("base64", "b64decode", ("MSsx",)) + TUPLE + REDUCE,
            "eval of base64",
            "own",
        ),
        "sys-modules": (
            global_("sys", "modules") + text("os") + global_("collections", "OrderedDict") + SETITEM,
            "writes into sys.modules",
            "picklescan issue 66",
        ),
        "add-safe-name": (
            global_("picklescan.scanner", "_unsafe_globals") + text("os") + NONE + SETITEM,
            "edits a scanner's block list",
            "own",
        ),
        "environment": (
            global_("os", "environ") + text("LD_PRELOAD") + text("/tmp/inert.so") + SETITEM,
            "sets an environment variable",
            "own",
        ),
        "path": (global_("sys", "path") + text("/tmp/inert") + APPEND, "appends to sys.path", "own"),
        "joblib-memory": (
            global_("joblib.memory", "MemorizedFunc")
            + EMPTY_TUPLE
            + NEWOBJ
            + MARK
            + text("func")
            + global_("os", "system")
            + DICT
            + BUILD,
            "joblib memo of a dangerous function",
            "own",
        ),
        "sklearn-function-transformer": (
            global_("sklearn.preprocessing._function_transformer", "FunctionTransformer")
            + EMPTY_TUPLE
            + NEWOBJ
            + MARK
            + text("func")
            + global_("os", "system")
            + DICT
            + BUILD,
            "allowed estimator that holds os.system",
            "own",
        ),
        "numpy-vectorize": (
            global_("numpy", "vectorize") + MARK + global_("os", "system") + TUPLE + REDUCE,
            "numpy.vectorize(os.system)",
            "own",
        ),
        "numpy-reconstruct-subtype": (
            global_("numpy.core.multiarray", "_reconstruct")
            + MARK
            + global_("os", "_wrap_close")
            + MARK
            + whole(0)
            + TUPLE
            + blob(b"b")
            + TUPLE
            + REDUCE,
            "allowed _reconstruct with another class",
            "own",
        ),
        "pandas-unpickle-block": (
            call("pandas.compat.pickle_compat", "load", ("/tmp/inert",)),
            "pandas.compat.pickle_compat.load",
            "own",
        ),
        "torch-rebuild-from-type": (
            global_("torch._tensor", "_rebuild_from_type_v2")
            + MARK
            + global_("os", "system")
            + text("x")
            + text("true")
            + NONE
            + TUPLE
            + REDUCE,
            "allowed torch helper that calls what it is given",
            "own",
        ),
        "torch-rebuild-hooks": (
            global_("torch._utils", "_rebuild_parameter")
            + MARK
            + call("os", "system")
            + b"\x89"
            + global_("collections", "OrderedDict")
            + EMPTY_TUPLE
            + REDUCE
            + TUPLE
            + REDUCE,
            "call in the arguments of an allowed function",
            "own",
        ),
        "breakpointhook": (global_("sys", "breakpointhook") + EMPTY_TUPLE + REDUCE, "sys.breakpointhook", "own"),
        "weakref-finalize": (
            global_("weakref", "finalize")
            + MARK
            + global_("collections", "OrderedDict")
            + global_("os", "system")
            + text("true")
            + TUPLE
            + REDUCE,
            "weakref.finalize runs it later",
            "own",
        ),
        "atexit": (
            global_("atexit", "register") + MARK + global_("os", "system") + text("true") + TUPLE + REDUCE,
            "runs at exit",
            "own",
        ),
        "thread": (
            global_("threading", "Timer")
            + MARK
            + whole(1)
            + global_("os", "system")
            + value(["true"])
            + TUPLE
            + REDUCE,
            "runs in a thread later",
            "own",
        ),
        "ctypes-string": (
            global_("ctypes", "string_at") + MARK + whole(4096) + TUPLE + REDUCE,
            "reads memory by address",
            "own",
        ),
        "logging-config": (
            call("logging.config", "dictConfig", ({"()": "os.system"},)),
            "logging.config builds any callable",
            "own",
        ),
        "ext-yaml": (call("yaml", "load", ("!!python/object/apply:os.system [true]",)), "yaml tag that calls", "own"),
    }
    for name, (body, technique, reference) in chains.items():
        protocol = 3 if b"C" in body else 2
        add(f"gadgets/{name}.pkl", pickle_of(body, protocol), technique, reference)


def extensions(add) -> None:
    argument = MARK + text("true") + TUPLE + REDUCE
    register = call("copyreg", "add_extension", ("os", "system", 240)) + POP
    ext = {
        "ext1": register + b"\x82\xf0" + argument,
        "ext2": call("copyreg", "add_extension", ("os", "system", 4660)) + POP + b"\x83\x34\x12" + argument,
        "ext4": call("copyreg", "add_extension", ("os", "system", 0x12345678))
        + POP
        + b"\x84\x78\x56\x34\x12"
        + argument,
        "ext-registry": global_("copyreg", "_inverted_registry")
        + whole(77)
        + text("os")
        + text("system")
        + TUPLE2
        + SETITEM
        + POP
        + b"\x82\x4d"
        + argument,
        "ext-cache": global_("copyreg", "_extension_cache")
        + whole(78)
        + global_("collections", "OrderedDict")
        + SETITEM
        + POP
        + b"\x82\x4e"
        + argument,
    }
    for name, body in ext.items():
        add(f"extensions/{name}.pkl", pickle_of(body, 2), f"{name} registered in the file", "nltk PR 3757")
    add(
        "extensions/unknown-ext1.pkl",
        pickle_of(b"\x82\x01" + argument, 2),
        "EXT1 that nothing registered",
        "own",
        NOT_CLEAN,
    )
    add(
        "extensions/unknown-ext4.pkl",
        pickle_of(b"\x84\xff\xff\xff\x7f" + argument, 2),
        "EXT4 that nothing registered",
        "own",
        NOT_CLEAN,
    )
    add("extensions/zero.pkl", pickle_of(b"\x82\x00" + argument, 2), "extension code 0", "own", NOT_CLEAN)
    add(
        "extensions/stacked.pkl",
        pickle_of(register + NONE, 2) + pickle_of(b"\x82\xf0" + argument, 2),
        "registered by the pickle before",
        "nltk PR 3757",
    )


def misnamed(add) -> None:
    """A scanner that goes by the name takes the wrong reader, which fails, and stops there."""
    for i, ending in enumerate(
        ("bin", "pt", "pth", "ckpt", "h5", "onnx", "gguf", "npy", "json", "model", "dat", "zip")
    ):
        body = call("os", "system", (f"true # {ending}",), i % 6)
        add(
            f"misnamed/model.{ending}",
            pickle_of(body, i % 6),
            f"plain pickle under a .{ending} name",
            "CVE-2025-10155",
            BAD,
        )


def memo(add) -> None:
    argument = MARK + text("true", 4) + TUPLE + REDUCE
    os_, system_ = text("os", 4), text("system", 4)
    tricks = {
        "from-memo": os_ + MEMOIZE + POP + system_ + MEMOIZE + POP + get(0) + get(1) + STACK_GLOBAL + argument,
        "from-memo-reversed": system_ + put(7) + POP + os_ + put(3) + POP + get(3) + get(7) + STACK_GLOBAL + argument,
        "dup": text("posix", 4) + DUP + POP + text("popen", 4) + STACK_GLOBAL + argument,
        "pop-decoy": os_ + text("path", 4) + POP + system_ + STACK_GLOBAL + argument,
        "pop-mark-decoy": os_
        + MARK
        + text("collections", 4)
        + text("OrderedDict", 4)
        + POP_MARK
        + system_
        + STACK_GLOBAL
        + argument,
        "overwritten-slot": text("collections", 4)
        + put(0)
        + POP
        + os_
        + put(0)
        + POP
        + get(0)
        + system_
        + STACK_GLOBAL
        + argument,
        "put-far-memoize": NONE
        + put(5)
        + POP
        + os_
        + MEMOIZE
        + POP
        + system_
        + MEMOIZE
        + POP
        + get(1)
        + get(2)
        + STACK_GLOBAL
        + argument,
        "put-far-decoy": text("collections", 4)
        + put(1)
        + POP
        + text("OrderedDict", 4)
        + put(0)
        + POP
        + os_
        + put(1)
        + POP
        + system_
        + MEMOIZE
        + POP
        + get(1)
        + get(2)
        + STACK_GLOBAL
        + argument,
        "memoize-over-put": text("deque", 4)
        + put(1)
        + POP
        + system_
        + MEMOIZE
        + POP
        + os_
        + get(1)
        + STACK_GLOBAL
        + argument,
        "long-binput": os_ + b"r\xff\xff\xff\x7f" + POP + b"j\xff\xff\xff\x7f" + system_ + STACK_GLOBAL + argument,
        "text-put": os_ + b"p1000000\n" + POP + b"g1000000\n" + system_ + STACK_GLOBAL + argument,
        "text-put-plus-sign": os_ + b"p+12\n" + POP + b"g 12\n" + system_ + STACK_GLOBAL + argument,
        "function-from-memo": global_("os", "system", 4) + MEMOIZE + POP + value({"a": 1}, 4) + POP + get(0) + argument,
        "whole-call-from-memo": call("os", "system", TRUE, 4, "stack-global") + MEMOIZE + POP + get(0),
        "list-changed-after-memo": EMPTY_LIST + MEMOIZE + global_("os", "system", 4) + APPEND + get(0),
        "tuple-from-memo": MARK
        + text("true", 4)
        + TUPLE
        + MEMOIZE
        + POP
        + global_("os", "system", 4)
        + get(0)
        + REDUCE,
        "decoys-between": os_
        + MEMOIZE
        + b"".join(text(f"layer{i}", 4) + MEMOIZE + POP for i in range(40))
        + system_
        + STACK_GLOBAL
        + argument,
        "decoy-pair-after": os_
        + system_
        + text("torch", 4)
        + text("FloatStorage", 4)
        + POP
        + POP
        + STACK_GLOBAL
        + argument,
        "mark-below": os_ + system_ + MARK + NONE + NONE + POP + POP + POP + STACK_GLOBAL + argument,
        "frame-between": os_
        + b"\x95"
        + struct.pack("<Q", len(system_ + STACK_GLOBAL + argument) + 1)
        + system_
        + STACK_GLOBAL
        + argument,
    }
    for name, body in tricks.items():
        add(f"memo/{name}.pkl", pickle_of(body, 4), f"operands: {name.replace('-', ' ')}", "picklescan issue 22")
    after = call("os", "system", TRUE, 4, "stack-global")
    confusions = {
        "missing-key": after + POP + get(9),
        "key-never-set-before-payload": after + POP + b"h\x63" + STOP,
        "type-confusion-list": after + POP + value([1], 4) + value([2], 4) + STACK_GLOBAL,
        "type-confusion-int": after + POP + whole(1) + text("system", 4) + STACK_GLOBAL,
        "type-confusion-call-int": after + POP + whole(1) + EMPTY_TUPLE + REDUCE,
        "type-confusion-setitem": after + POP + whole(1) + whole(2) + whole(3) + SETITEM,
        "type-confusion-append": after + POP + text("a", 4) + whole(3) + APPEND,
        "negative-put": after + b"p-1\n",
        "bad-put": after + b"pzero\n",
    }
    for name, body in confusions.items():
        add(
            f"memo/{name}.pkl",
            pickle_of(body, 4),
            f"payload, then {name.replace('-', ' ')}",
            "picklescan advisories on missing keys and type confusion",
        )


def hidden_calls(add) -> None:
    """Calls whose result is nowhere in the object that comes out."""
    reduce_, inst, obj = (call("os", "system", TRUE, 2, way) for way in ("reduce", "inst", "obj"))
    model = value({"weights": [0.5], "epoch": 1})
    marked = MARK + reduce_ + inst + POP_MARK
    hidden = {
        "reduce-pop": (reduce_ + POP + model, "own"),
        "inst-pop": (inst + POP + model, "GHSA-mxhj-88fx-4pcv"),
        "obj-pop": (obj + POP + model, "GHSA-mxhj-88fx-4pcv"),
        "pop-mark": (marked + model, "GHSA-mxhj-88fx-4pcv"),
        "below-stop": (reduce_ + model, "own"),
        "dict-key": (MARK + reduce_ + whole(1) + DICT, "own"),
        "dict-overwritten": (EMPTY_DICT + text("a") + inst + SETITEM + text("a") + whole(1) + SETITEM, "own"),
        "in-set": (EMPTY_SET + MARK + reduce_ + ADDITEMS, "own"),
        "in-frozenset": (MARK + reduce_ + FROZENSET, "own"),
        "in-appends": (EMPTY_LIST + MARK + whole(1) + obj + APPENDS, "own"),
        "in-setitems": (EMPTY_DICT + MARK + text("a") + reduce_ + SETITEMS, "own"),
        "persistent-id": (reduce_ + BINPERSID, "own"),
        "persistent-id-tuple": (text("storage") + inst + TUPLE2 + BINPERSID, "own"),
        "in-state": (
            global_("collections", "OrderedDict") + EMPTY_TUPLE + REDUCE + MARK + text("a") + obj + DICT + BUILD,
            "own",
        ),
        "in-arguments": (global_("collections", "OrderedDict") + MARK + reduce_ + TUPLE + REDUCE, "own"),
        "in-newobj-ex-kwargs": (
            global_("collections", "Counter") + EMPTY_TUPLE + MARK + text("a") + reduce_ + DICT + NEWOBJ_EX,
            "own",
        ),
        "deep-inside": (MARK * 60 + reduce_ + TUPLE * 60, "own"),
        "import-pop": (global_("os", "system") + POP + model, "own"),
        "import-under": (global_("subprocess", "Popen") + model, "own"),
        "after-much-data": (value([float(i) for i in range(20000)]) + POP + reduce_, "own"),
        "before-much-data": (reduce_ + POP + value([float(i) / 3 for i in range(20000)]), "own"),
    }
    for name, (body, reference) in hidden.items():
        add(f"hidden/{name}.pkl", pickle_of(body, 4), f"call hidden: {name.replace('-', ' ')}", reference)


def frames(add) -> None:
    body = call("os", "system", TRUE, 4, "stack-global") + STOP
    plain = value({"epoch": 1}, 4)
    add(
        "frames/inside-opcode.pkl",
        proto(4) + frame(plain + body, len(plain) + 2),
        "frame ends inside an opcode",
        "fickling frame boundary divergence",
    )
    add("frames/one-short.pkl", proto(4) + frame(body, len(body) - 1), "frame ends before STOP")
    add("frames/too-long.pkl", proto(4) + frame(body, len(body) + 100), "frame longer than the file")
    add("frames/huge.pkl", proto(4) + frame(body, 2**63 - 1), "frame of 2^63 bytes")
    add("frames/maximal.pkl", proto(4) + frame(body, 2**64 - 1), "frame of 2^64-1 bytes")
    add("frames/zero.pkl", proto(4) + frame(b"", 0) * 3 + body, "empty frames")
    add("frames/nested.pkl", proto(4) + frame(plain + frame(body)), "frame inside a frame")
    add(
        "frames/overlapping.pkl",
        proto(4) + frame(plain + POP + frame(body, len(body) + 4), len(plain) + 6),
        "frames overlap",
    )
    add("frames/protocol-2.pkl", proto(2) + frame(body), "frame in protocol 2")
    long_text = b"X" + struct.pack("<I", 70000) + b"a" * 70000 + POP
    add(
        "frames/argument-crosses.pkl",
        proto(4) + frame(long_text, 100)[:9] + long_text + body,
        "long argument crosses the frame's end",
    )


def faults(add) -> None:
    """The payload first, then something that stops the reader: the call has already happened (nullifAI)."""
    early = call("os", "system", TRUE, 2) + POP
    broken = {
        "bad-opcode": b"\xff",
        "bad-opcode-zero": b"\x00",
        "no-stop": b"",
        "no-stop-data": value({"a": 1}),
        "bad-utf-8": b"X\x04\x00\x00\x00\xff\xfe\xfd\xfc.",
        "bad-memo-key": b"h\x20.",
        "underflow": b"RRRR.",
        "no-mark": b"t.",
        "cut-length": b"X\xff\xff",
        "cut-argument": b"X\xff\x00\x00\x00abc",
        "huge-length": b"\x8e" + b"\xff" * 8,
        "huge-length-signed": b"\x8e" + struct.pack("<Q", 2**62) + b"x",
        "negative-length": b"T\xff\xff\xff\xff.",
        "negative-long4": b"\x8b\xff\xff\xff\xff.",
        "line-without-end": b"Vabc",
        "int-not-a-number": b"Iseven\n.",
        "float-not-a-number": b"Fpi\n.",
        "string-not-quoted": b"Sabc\n.",
        "long-not-a-number": b"L12x4L\n.",
        "global-without-name": b"cos\n",
        "stack-global-empty": b"\x93.",
        "setitem-odd": b"}(NNNu.",
        "dict-odd": b"(NNNd.",
        "build-nothing": b"b.",
        "unhashable-key": b"}]Ns.",
        "persid-cut": b"P",
        "pop-empty": b"0000.",
        "empty-stop": b".",
        "mark-left": b"(((.",
        "frame-cut": b"\x95\x01\x02",
        "tuple-of-mark": b"(\x87.",
        "readonly-buffer": b"\x98.",
    }
    for name, tail in broken.items():
        add(f"faults/{name}.pkl", proto(2) + early + tail, f"payload, then {name.replace('-', ' ')}", "nullifAI")
    add("faults/protocol-9.pkl", b"\x80\x09" + early + NONE + STOP, "declares protocol 9")
    add("faults/protocol-255.pkl", b"\x80\xff" + early + NONE + STOP, "declares protocol 255")
    body = call("os", "system", TRUE, 0)
    add("faults/text-no-stop.pkl", body, "protocol 0 without STOP", "nullifAI")
    add("faults/text-broken-line.pkl", body + b"0Vx\\ud8\n.", "protocol 0, then a broken escape", "nullifAI")
    add(
        "faults/bad-before.pkl",
        proto(2) + b"X\x02\x00\x00\x00\xff\xff0" + early + NONE + STOP,
        "bad UTF-8 before the payload",
        "own",
        NOT_CLEAN,
    )
    add(
        "faults/cut-in-call.pkl",
        proto(2) + call("os", "system", TRUE, 2)[:-1],
        "cut just before the call",
        "own",
        NOT_CLEAN,
    )


def several(add) -> None:
    first, second = harmless(2), system(2)
    add("several/two.pkl", first + second, "second pickle behind the first")
    add("several/five.pkl", b"".join(pickle_of(value(f"part {i}"), 2) for i in range(4)) + system(0), "fifth pickle")
    for size in (1, 16, 4096, 1 << 20):
        add(
            f"several/zeros-{size}.pkl",
            first + bytes(size) + system(2 + size % 3, "obj" if size > 1 else "reduce"),
            f"second pickle after {size} zeros",
        )
    add("several/spaces.pkl", first + b" " * 777 + system(3), "second pickle after spaces")
    add("several/newlines.pkl", first + b"\n" * 64 + system(1, "inst"), "second pickle after newlines")
    add("several/text.pkl", first + b"This is a note about the model. " * 3 + system(4), "second pickle after text")
    add("several/ff.pkl", first + b"\xff" * 512 + system(5), "second pickle after 0xff")
    add(
        "several/random.pkl",
        first + seeded("several").randbytes(3000) + system(4, "stack-global"),
        "second pickle after random bytes",
    )
    add("several/protocol-0-after-zeros.pkl", first + bytes(32) + system(0, "inst"), "protocol-0 pickle after zeros")
    add("several/zeros-before.pkl", bytes(64) + system(2, "inst"), "zeros before the only pickle")
    add("several/bom-before.pkl", b"\xef\xbb\xbf" + system(2, "newobj"), "byte order mark before the pickle")
    add("several/newline-before.pkl", b"\n\n" + system(3, "obj"), "newlines before the pickle")
    add("several/comment-before.pkl", b"# model\n" + system(4, "newobj-ex"), "a comment before the pickle")
    add(
        "several/long-between.pkl",
        first + pickle_of(whole(2**70), 2) + bytes(3) + system(2, "build"),
        "numbers, zeros, then the payload",
    )


def nested(add) -> None:
    inner = system(2)
    loaders = {
        "pickle.loads": ("pickle", "loads"),
        "_pickle.loads": ("_pickle", "loads"),
        "dill.loads": ("dill", "loads"),
        "cloudpickle.loads": ("cloudpickle", "loads"),
        "marshal.loads": ("marshal", "loads"),
        "cPickle.loads": ("cPickle", "loads"),
        "pickle._loads": ("pickle", "_loads"),
        "torch._load_from_bytes": ("torch.storage", "_load_from_bytes"),
    }
    for name, (module, attribute) in loaders.items():
        add(f"nested/{name}.pkl", pickle_of(call(module, attribute, (inner,), 3), 3), f"bytes inside, read by {name}")
    twice = pickle_of(call("pickle", "loads", (pickle_of(call("pickle", "loads", (inner,), 3), 3),), 3), 3)
    add("nested/twice.pkl", twice, "pickle in a pickle in a pickle")
    packed = call("pickle", "loads", (bytearray(call("zlib", "decompress", (zlib.compress(inner),), 3)),), 3)
    add("nested/zlib.pkl", pickle_of(packed, 3), "deflated pickle inside")
    stream = call("joblib", "load", (bytearray(call("io", "BytesIO", (inner,), 3)),), 3)
    add("nested/joblib-bytesio.pkl", pickle_of(stream, 3), "joblib.load(BytesIO(...))")
    unpickler = call("pickle", "Unpickler", (bytearray(call("io", "BytesIO", (system(4),), 3)),), 3)
    add("nested/unpickler.pkl", pickle_of(unpickler, 3), "pickle.Unpickler over bytes")
    add(
        "nested/dormant-bytes.pkl",
        pickle_of(value({"blob": system(3, "obj") + b"  "}, 3), 3),
        "a pickle in bytes, read by nobody yet",
        "own",
        CAUGHT,
    )
    add(
        "nested/dormant-string.pkl",
        pickle_of(MARK + text("blob") + old_string(system(1, "obj")) + DICT, 2),
        "a pickle in a Python 2 string",
    )
    add(
        "nested/dormant-text.pkl",
        pickle_of(value({"blob": system(0, "inst").decode()}, 2), 2),
        "a protocol-0 pickle in a text",
    )
    add(
        "nested/dormant-bytearray.pkl",
        proto(5) + b"\x96" + struct.pack("<Q", len(system(5))) + system(5) + STOP,
        "a pickle in a bytearray",
    )
    for module, name in (("numpy", "load"), ("torch", "load"), ("pandas", "read_pickle"), ("joblib", "load")):
        add(
            f"nested/second-file-{module}.pkl",
            pickle_of(call(module, name, ("weights-2.bin",), 2), 2),
            f"reads a second file by {module}.{name}",
            "picklescan source to-do",
        )


MAGIC = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19"


def legacy_parts() -> list[bytes]:
    """Magic number, protocol version, system, object and storage keys, as torch.save wrote them before 1.6."""
    storage = text("storage") + global_("torch", "FloatStorage") + text("0") + text("cpu") + whole(2) + NONE
    tensor = (
        global_("torch._utils", "_rebuild_tensor_v2")
        + MARK
        + MARK
        + storage
        + TUPLE
        + BINPERSID
        + whole(0)
        + MARK
        + whole(2)
        + TUPLE
        + MARK
        + whole(1)
        + TUPLE
        + b"\x89"
        + global_("collections", "OrderedDict")
        + EMPTY_TUPLE
        + REDUCE
        + TUPLE
        + REDUCE
    )
    return [
        proto(2) + MAGIC + STOP,
        pickle_of(whole(1001), 2),
        pickle_of(
            value({"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}), 2
        ),
        pickle_of(EMPTY_DICT + text("weight") + tensor + SETITEM, 2),
        pickle_of(value(["0"]), 2),
    ]


LEGACY_RAW = struct.pack("<q", 2) + struct.pack("<ff", 0.5, 0.25)


def legacy_torch(add) -> None:
    labels = ("magic", "protocol", "system", "object", "keys")
    for i, label in enumerate(labels):
        parts = legacy_parts()
        parts[i] = pickle_of(
            call("os", "system", TRUE, 2) + POP + parts[i].removeprefix(proto(2)).removesuffix(STOP), 2
        )
        add(
            f"torch-legacy/in-{label}.pt", b"".join(parts) + LEGACY_RAW, f"legacy torch file, payload in pickle {i + 1}"
        )
    parts = legacy_parts()
    add(
        "torch-legacy/after-storages.pt",
        b"".join(parts) + LEGACY_RAW + system(2, "inst"),
        "legacy torch file, pickle after the storages",
    )
    add(
        "torch-legacy/in-storage.pt",
        b"".join(parts) + struct.pack("<q", 16) + system(3, "newobj").ljust(64, b"\0"),
        "legacy torch file, storages longer than declared",
    )
    evaluated = pickle_of(call("builtins", "eval", ("119547037146038801333356",), 2), 2)
    add(
        "torch-legacy/eval-magic.pt",
        evaluated + b"".join(parts[1:]) + LEGACY_RAW,
        "magic number that eval gives",
        "picklescan regression case",
    )
    wrong = proto(2) + whole(7) + STOP
    add(
        "torch-legacy/wrong-magic.pt",
        wrong + b"".join(parts[1:3]) + system(2, "build") + parts[4],
        "wrong magic, payload in the object",
    )
    bad_class = [p.replace(b"ctorch\nFloatStorage\n", b"cos\nsystem\n") for p in parts]
    add("torch-legacy/storage-class.pt", b"".join(bad_class) + LEGACY_RAW, "os.system as the storage's class")


def arrays_of_joblib(add) -> None:
    def wrapper(dtype: str, shape: tuple[int, ...], subclass: bytes = b"") -> bytes:
        dtype_ = (
            global_("numpy", "dtype", 2)
            + MARK
            + text(dtype)
            + b"\x89\x88"
            + TUPLE
            + REDUCE
            + MARK
            + whole(3)
            + text("|" if dtype == "O8" else "<")
            + NONE * 3
            + whole(-1) * 2
            + whole(63 if dtype == "O8" else 0)
            + TUPLE
            + BUILD
        )
        fields = (
            text("subclass")
            + (subclass or global_("numpy", "ndarray"))
            + text("shape")
            + value(shape)
            + text("order")
            + text("C")
            + text("dtype")
            + dtype_
            + text("allow_mmap")
            + b"\x89"
            + text("numpy_array_alignment_bytes")
            + whole(16)
        )
        return global_("joblib.numpy_pickle", "NumpyArrayWrapper") + EMPTY_TUPLE + NEWOBJ + MARK + fields + DICT + BUILD

    def file(head: bytes, raw: bytes, tail: bytes) -> bytes:
        pad = -(len(head) + 1) % 16
        return head + bytes([pad]) + b"\xff" * pad + raw + tail

    opening = proto(2) + MARK + text("coef")
    add(
        "joblib/after-array.joblib",
        file(
            opening + wrapper("f8", (4,)),
            struct.pack("<4d", 1, 2, 3, 4),
            text("x") + call("os", "system") + DICT + STOP,
        ),
        "payload behind the raw bytes of an array",
    )
    inside = call("os", "system", TRUE, 2)
    add(
        "joblib/object-array.joblib",
        file(opening + wrapper("O8", (1,)), pickle_of(inside, 2), DICT + STOP),
        "object array: a pickle where raw bytes should be",
    )
    add(
        "joblib/object-array-padded.joblib",
        opening + wrapper("O8", (2,)) + pickle_of(inside + POP + NONE, 3) + DICT + STOP,
        "object array without padding",
    )
    add(
        "joblib/subclass.joblib",
        file(opening + wrapper("f8", (1,), global_("os", "_wrap_close")), bytes(8), DICT + STOP),
        "array of another class",
    )
    add(
        "joblib/shape-lies.joblib",
        file(opening + wrapper("f8", (2**40,)), bytes(8), call("os", "system", TRUE, 2, "inst") + DICT + STOP),
        "array of 2^40 numbers",
        "own",
        NOT_CLEAN,
    )
    old = global_("joblib.numpy_pickle", "NDArrayWrapper") + EMPTY_TUPLE + NEWOBJ
    state = (
        MARK
        + text("filename")
        + text("../../../etc/passwd")
        + text("subclass")
        + global_("numpy", "ndarray")
        + text("allow_mmap")
        + b"\x88"
        + DICT
    )
    add(
        "joblib/old-wrapper-traversal.pkl",
        pickle_of(old + state + BUILD, 2),
        "old array wrapper that names a file outside",
        "own",
        NOT_CLEAN,
    )
    state = MARK + text("filename") + text("weights_01.npy") + text("subclass") + global_("subprocess", "Popen") + DICT
    add(
        "joblib/old-wrapper-subclass.pkl",
        pickle_of(old + state + BUILD, 2),
        "old array wrapper with a dangerous class",
        "own",
        BAD,
    )
    z_old = global_("joblib.numpy_pickle_compat", "ZNDArrayWrapper") + EMPTY_TUPLE + NEWOBJ
    state = (
        MARK
        + text("filename")
        + text("/etc/hostname.z")
        + text("init_args")
        + global_("os", "system")
        + MARK
        + whole(0)
        + TUPLE
        + blob(b"b")
        + TUPLE3
        + text("state")
        + NONE
        + DICT
    )
    add(
        "joblib/old-compressed-wrapper.pkl",
        pickle_of(z_old + state + BUILD, 3),
        "old compressed wrapper with init_args",
        "own",
        BAD,
    )
    add(
        "joblib/crosses-frame.joblib",
        proto(4) + frame(wrapper("f8", (2,)), 5000) + bytes(16) + call("os", "system", TRUE, 4) + STOP,
        "frame over raw array bytes",
    )


def doubled(number: int) -> int:
    return number * 2


def functions(add) -> None:
    """Files that carry code by design, made by the libraries that do it."""
    import cloudpickle
    import dill

    add("functions/cloudpickle-lambda.pkl", cloudpickle.dumps(lambda x: x + 1), "cloudpickle of a lambda")

    def closure(step):
        return lambda x: x + step

    add("functions/cloudpickle-closure.pkl", cloudpickle.dumps(closure(2)), "cloudpickle of a closure")
    add(
        "functions/cloudpickle-protocol-4.pkl",
        cloudpickle.dumps({"f": lambda: 1 + 1}, protocol=4),
        "cloudpickle in a dict, protocol 4",
    )
    local = type("Local", (), {"run": lambda self: 1 + 1})
    with mock.patch("cloudpickle.cloudpickle._get_or_create_tracker_id", lambda _: "0" * 32):
        add("functions/cloudpickle-class.pkl", cloudpickle.dumps(local), "cloudpickle of a class made on the fly")
    add("functions/dill-lambda.pkl", dill.dumps(lambda x: x + 1), "dill of a lambda")
    add("functions/dill-closure.pkl", dill.dumps(closure(3), recurse=True), "dill of a closure, recursive")
    add("functions/dill-source.pkl", dill.dumps(doubled, byref=False, recurse=True), "dill of a module's function")
    add("functions/dill-protocol-2.pkl", dill.dumps(lambda: 2, protocol=2), "dill, protocol 2")


def bombs(add) -> None:
    doubling = (
        EMPTY_LIST + put(0) + b"".join(POP + EMPTY_LIST + put(i) + (get(i - 1) + APPEND) * 10 for i in range(1, 20))
    )
    add(
        "bombs/billion-laughs.pkl",
        pickle_of(doubling, 2),
        "lists of ten times the last one, 19 levels",
        "own",
        NOT_CLEAN,
    )
    tuples = EMPTY_TUPLE + b"".join(DUP + TUPLE2 for _ in range(80))
    add("bombs/doubled-tuples.pkl", pickle_of(tuples, 2), "tuples of twice the last one, 80 levels", "own", NOT_CLEAN)
    add("bombs/deep-marks.pkl", pickle_of(MARK * 1_000_000 + NONE, 2), "a million marks", "own", NOT_CLEAN)
    add(
        "bombs/deep-lists.pkl",
        pickle_of(b"](" * 200_000 + b"e" * 200_000, 2),
        "200,000 lists in each other",
        "own",
        NOT_CLEAN,
    )
    add(
        "bombs/deep-tuples.pkl", pickle_of(NONE + TUPLE1 * 500_000, 2), "500,000 tuples in each other", "own", NOT_CLEAN
    )
    for name, head in (("binbytes8", b"\x8e"), ("binunicode8", b"\x8d"), ("bytearray8", b"\x96")):
        add(
            f"bombs/length-{name}.pkl",
            proto(5) + head + struct.pack("<Q", 2**40) + b"x" * 20 + STOP,
            f"{name} of 2^40 bytes",
            "own",
            NOT_CLEAN,
        )
    add(
        "bombs/length-long4.pkl",
        proto(2) + b"\x8b\xff\xff\xff\x7f" + b"x" * 20 + STOP,
        "number of 2^31 bytes",
        "own",
        NOT_CLEAN,
    )
    add(
        "bombs/memo-index.pkl",
        pickle_of(NONE + b"r\xff\xff\xff\xff" + POP + b"j\xff\xff\xff\xff", 2) + bytes(4),
        "memo index 2^32-1 and trailing zeros",
        "own",
        NOT_CLEAN,
    )
    add(
        "bombs/decimal.pkl", b"L" + b"9" * 2_000_000 + b"L\n.", "decimal number of two million digits", "own", NOT_CLEAN
    )
    add(
        "bombs/allocate.pkl",
        pickle_of(call("builtins", "bytearray", (2**40,)), 2),
        "bytearray(2**40) by an allowed built-in",
        "own",
        NOT_CLEAN,
    )
    add(
        "bombs/range-list.pkl",
        pickle_of(global_("builtins", "list") + MARK + call("builtins", "range", (2**40,)) + TUPLE + REDUCE, 2),
        "list(range(2**40)) by allowed built-ins",
        "own",
        NOT_CLEAN,
    )
    add(
        "bombs/power.pkl",
        pickle_of(call("builtins", "pow", (9, 2**40)), 2),
        "pow(9, 2**40) by an allowed built-in",
        "own",
        NOT_CLEAN,
    )
    grow = global_("numpy", "zeros") + MARK + MARK + whole(2**40) + TUPLE + TUPLE + REDUCE
    add("bombs/numpy-zeros.pkl", pickle_of(grow, 2), "numpy.zeros of 2^40 numbers", "own", NOT_CLEAN)
