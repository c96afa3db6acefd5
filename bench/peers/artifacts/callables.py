"""A callable for every module on the published import lists, and callables that no list names.

The names are real ones, so that a pickle that calls them looks as it would in earnest; the arguments are inert. The
classes and severities come from the union of the lists of picklescan, modelscan, fickling and modelaudit.
"""

ADDRESS = "http://example.invalid/"

# module: (name, arguments, class, reference). Class: exec, resolver, native, tamper and nested-load reach code; the rest
# reach files, the network or the process. `picklescan-advisories`: one of the 60 or so advisories on its block list.
LISTED: dict[str, tuple[str, tuple, str, str]] = {}


def _listed(cls: str, lines: str) -> None:
    """Lines of `module name arguments [reference]`; arguments: t 'true', e '1+1', u an address, f a file, - none."""
    arguments = {"t": ("true",), "e": ("1+1",), "u": (ADDRESS,), "f": ("/tmp/inert.txt",), "-": (), "m": ("os",)}
    for line in lines.strip().splitlines():
        module, name, kind, *reference = line.split()
        LISTED[module] = (name, arguments[kind], cls, reference[0] if reference else "own")


_listed(
    "exec",
    """
    IPython embed -
    __builtin__ execfile f
    __builtins__ eval e
    _aix_support _read_cmd_output t picklescan-advisories
    _interpreters run_string e
    _osx_support _find_build_tool t picklescan-advisories
    _posixsubprocess fork_exec t
    _pyrepl pager.pipe_pager t picklescan-advisories
    _xxsubinterpreters run_string e
    asyncio create_subprocess_shell t
    asyncio.subprocess create_subprocess_exec t
    bdb Bdb.run e picklescan-advisories
    builtins exec e
    cProfile run e picklescan-advisories
    cgitb handler -
    code InteractiveInterpreter.runcode e picklescan-advisories
    codeop compile_command e
    commands getoutput t
    compileall compile_dir f
    concurrent.futures ProcessPoolExecutor -
    distutils spawn.spawn t
    docker from_env -
    doctest debug_script e picklescan-advisories
    ensurepip _run_pip t picklescan-advisories
    fabric Connection u
    idlelib run.Executive.runcode e
    idlelib.autocomplete AutoComplete.get_entity e picklescan-advisories
    idlelib.calltip get_entity e picklescan-advisories
    idlelib.debugobj ObjectTreeItem.SetText e picklescan-advisories
    idlelib.pyshell ModifiedInterpreter.runcommand e picklescan-advisories
    idlelib.run Executive.runcode e picklescan-advisories
    imaplib IMAP4_stream t
    kubernetes stream.stream t
    lib2to3 main.main t
    lib2to3.pgen2.grammar Grammar.loads f picklescan-advisories
    lib2to3.pgen2.pgen ParserGenerator.make_label e picklescan-advisories
    multiprocessing Process -
    multiprocessing.pool Pool -
    nt system t
    numpy.distutils exec_command.exec_command t
    numpy.distutils.exec_command exec_command t
    numpy.f2py crackfortran.myeval e picklescan-advisories
    numpy.testing._private.utils runstring e picklescan-advisories
    os system t
    pandas.core.computation.eval eval e
    paramiko SSHClient.exec_command t
    pdb run e
    pexpect run t
    pip main t CVE-2025-1716
    pip._internal main t CVE-2025-1716
    pip._internal.cli main.main t CVE-2025-1716
    pip._internal.cli.main main t CVE-2025-1716
    pip._vendor distlib.scripts.ScriptMaker f
    pip._vendor.distlib util.inert t
    pip._vendor.distlib.scripts ScriptMaker f
    pipes Template.open f
    platform popen t
    posix popen t
    profile run e picklescan-advisories
    psutil Popen t
    pty spawn t picklescan-advisories
    py_compile compile f
    pydoc pipepager t picklescan-advisories
    runpy run_path f
    setuptools sandbox.run_setup f
    site execsitecustomize -
    sitecustomize main -
    sklearn.utils._testing assert_run_python_script e
    subprocess Popen t
    sympy.utilities.lambdify lambdify e
    tensorflow.python.ops.script_ops py_func e
    test support.script_helper.assert_python_ok t
    timeit timeit e picklescan-advisories
    torch._dynamo guards.GuardBuilder.get e picklescan-advisories
    torch._dynamo.guards GuardBuilder.get e picklescan-advisories
    torch._inductor codecache.compile_file f
    torch._inductor.codecache compile_file f
    torch.compile __call__ e
    torch.distributed.rpc rpc_sync u
    torch.fx.experimental.symbolic_shapes ShapeEnv.evaluate_guards_expression e picklescan-advisories
    torch.hub load u
    torch.jit load f
    torch.jit.unsupported_tensor_ops execWrapper e picklescan-advisories
    torch.utils.bottleneck.__main__ run_cprofile e picklescan-advisories
    torch.utils.collect_env run t picklescan-advisories
    torch.utils.cpp_extension load_inline e
    trace Trace.run e picklescan-advisories
    unittest main m
    uuid _get_command_stdout t picklescan-advisories
    venv create f
    webbrowser open u
    keras.src.utils.python_utils func_load e
    """,
)
_listed(
    "resolver",
    """
    _frozen_importlib __import__ m
    _frozen_importlib_external SourceFileLoader f
    _imp create_dynamic f
    _operator attrgetter t picklescan-advisories
    cloudpickle.cloudpickle subimport m
    copyreg add_extension m
    dill._dill _import_module m
    functools partial t
    gc get_objects -
    imp load_source f
    importlib import_module m
    importlib.machinery SourceFileLoader f
    importlib.util find_spec m
    inspect getattr_static m
    operator methodcaller t picklescan-advisories
    pkgutil resolve_name m GHSA-vvpj-8cmc-gx39
    sys modules.get m
    transformers.dynamic_module_utils get_class_from_dynamic_module u
    types FunctionType e
    unittest.mock _importer m
    zipimport zipimporter f
    """,
)
_listed(
    "native",
    """
    _ctypes dlopen f
    _winapi CreateProcess t
    cffi FFI.dlopen f
    ctypes CDLL f
    ctypes.util find_library t
    cython inline e
    jaxlib xla_client.load_pjrt_plugin_dynamically f
    mmap mmap -
    msvcrt ungetch -
    numba cfunc e
    numpy.ctypeslib load_library f
    onnxruntime InferenceSession f
    tensorflow load_op_library f
    torch.ops load_library f
    win32api WinExec t
    winreg ConnectRegistry u
    """,
)
_listed(
    "tamper",
    """
    atexit register t
    fickling hook.deactivate_safe_ml_environment -
    keras.config enable_unsafe_deserialization -
    model_unpickler load f
    modelaudit core.scan_model_directory_or_file f
    modelscan modelscan.ModelScan -
    picklescan scanner.scan_file_path f
    saferpickle load f
    """,
)
_listed(
    "nested-load",
    """
    _pickle loads t
    cloudpickle load f
    dill load f
    joblib load f
    jsonpickle decode e
    keras.saving load_model f
    marshal loads t
    mlflow.pyfunc load_model u
    nltk.data load u
    numpy load f
    numpy.lib.npyio NpzFile f
    pandas read_pickle f
    pandas.io.pickle read_pickle f
    pickle load f
    shelve open f
    skops.io load f
    torch load f
    torch.distributed.elastic.rendezvous.api basichandlers t
    torch.package PackageImporter f
    torch.serialization load f
    torch.storage _load_from_bytes t
    torch.utils._config_module ConfigModule.load_config t picklescan-advisories
    torch.utils.data.datapipes.utils.decoder basichandlers t
    yaml unsafe_load e
    """,
)
_listed(
    "network",
    """
    aiohttp ClientSession -
    aiohttp.client ClientSession -
    fsspec open u
    ftplib FTP u
    hdfs InsecureClient u
    http client.HTTPConnection u
    httplib HTTPSConnection u
    huggingface_hub snapshot_download u
    keras.utils get_file u
    nltk download u
    nntplib NNTP u
    poplib POP3 u
    requests get u
    requests.api post u
    select select -
    selectors DefaultSelector -
    smart_open open u
    smtplib SMTP u
    socket create_connection u
    socketserver TCPServer u
    ssl get_server_certificate u picklescan-advisories
    telnetlib Telnet u
    transformers pipeline u
    urllib urlopen u
    urllib.request urlopen u
    urllib2 urlopen u
    xmlrpc client.ServerProxy u
    xmlrpc.client ServerProxy u
    xmlrpc.server SimpleXMLRPCServer u
    """,
)
_listed(
    "file",
    """
    _io FileIO f picklescan-advisories
    _sqlite3 connect f
    difflib HtmlDiff.make_file f
    distutils.file_util write_file f picklescan-advisories
    filecmp cmp f
    fileinput input f
    glob glob f
    io open f picklescan-advisories
    linecache getlines f
    logging FileHandler f
    ntpath exists f
    posixpath exists f
    shutil rmtree f
    sqlite3 connect f
    syslog syslog t
    tarfile open f
    tempfile NamedTemporaryFile -
    tensorflow.io write_file f
    zipfile ZipFile f
    """,
)
_listed(
    "process",
    """
    _signal raise_signal -
    _thread start_new_thread -
    signal raise_signal -
    threading Thread -
    base64 b64decode t
    codecs decode t
    """,
)

CODE = ("exec", "resolver", "native", "tamper")

# Other names of the built-ins and of `os`: each is a separate entry of some list.
BUILTINS: dict[str, tuple] = {
    "eval": ("1+1",),
    "compile": ("1+1", "x", "eval"),
    "open": ("/tmp/inert.txt",),
    "getattr": ({}, "keys"),
    "setattr": ({}, "a", 1),
    "delattr": ({}, "a"),
    "__import__": ("os",),
    "globals": (),
    "locals": (),
    "vars": (),
    "breakpoint": (),
    "input": ("?",),
    "dir": (),
}

# In the standard library or in common packages, on no list: only a scanner that denies by default stops these.
UNLISTED: list[tuple[str, str, tuple]] = [
    ("antigravity", "geohash", (1.0, 2.0, b"x")),
    ("ast", "literal_eval", ("1+1",)),
    ("modulefinder", "ModuleFinder.run_script", ("/tmp/inert.py",)),
    ("zipapp", "create_archive", ("/tmp/inert",)),
    ("wsgiref.simple_server", "make_server", ("localhost", 0, None)),
    ("mailcap", "findmatch", ({}, "text/plain")),
    ("mailbox", "Maildir", ("/tmp/inert",)),
    ("netrc", "netrc", ("/tmp/inert",)),
    ("dbm.dumb", "open", ("/tmp/inert",)),
    ("readline", "read_init_file", ("/tmp/inert",)),
    ("rlcompleter", "Completer.attr_matches", ("a.b",)),
    ("tracemalloc", "Snapshot.load", ("/tmp/inert",)),
    ("pstats", "Stats", ("/tmp/inert",)),
    ("cmd", "Cmd.cmdloop", ()),
    ("curses", "wrapper", ("true",)),
    ("xml.dom.minidom", "parse", ("/tmp/inert.xml",)),
    ("lxml.etree", "parse", (ADDRESS,)),
    ("matplotlib.style", "use", (ADDRESS,)),
    ("matplotlib.texmanager", "TexManager._run_checked_subprocess", ("true",)),
    ("scipy.io", "loadmat", ("/tmp/inert.mat",)),
    ("scipy.LowLevelCallable", "from_cython", ("os", "x")),
    ("sklearn.datasets", "fetch_openml", ("inert",)),
    ("sklearn.utils._show_versions", "show_versions", ()),
    ("pandas.io.sql", "read_sql", ("select 1", ADDRESS)),
    ("pandas.core.generic", "NDFrame.to_pickle", ("/tmp/inert",)),
    ("torch.utils.model_zoo", "load_url", (ADDRESS,)),
    ("torch.utils.show_pickle", "main", ("true",)),
    ("torch._C", "_jit_set_profiling_mode", (False,)),
    ("torchvision.datasets.utils", "download_url", (ADDRESS, "/tmp/inert")),
    ("PIL.Image", "open", ("/tmp/inert.png",)),
    ("PIL.ImageShow", "UnixViewer.show_file", ("/tmp/inert.png",)),
    ("PIL.ImageMath", "unsafe_eval", ("1+1",)),
    ("django.core.management", "call_command", ("check",)),
    ("ray", "init", (ADDRESS,)),
    ("dask", "compute", ()),
    ("cv2", "VideoCapture", (ADDRESS,)),
    ("jinja2", "Template", ("{{ 1+1 }}",)),
    ("mako.template", "Template", ("${1+1}",)),
    ("win32com.client", "Dispatch", ("WScript.Shell",)),
    ("evil_package", "run", ("true",)),
    ("__main__", "Payload", ()),
    ("numpy.lib.utils", "safe_eval", ("1+1",)),
    ("numexpr", "evaluate", ("1+1",)),
    ("astropy.utils.data", "download_file", (ADDRESS,)),
    ("gradio", "load", (ADDRESS,)),
    ("wandb", "init", ("inert",)),
    ("boto3", "client", ("s3",)),
    ("pyarrow.fs", "LocalFileSystem", ()),
    ("gymnasium.envs.registration", "load_env_creator", ("os:system",)),
    ("hydra.utils", "instantiate", ({"_target_": "os.system"},)),
]
