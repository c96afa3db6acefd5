// Modules of Python that let a pickle, a settings file or a script reach the system, each with what it is good for to an
// attacker. One line an entry: severity, kind, module (its submodules too), then `*` or the names in it. The list only
// raises the severity and names the reason: what is not known to be safe is refused all the same.
// After the lists of picklescan, modelscan, fickling and modelaudit, and published bypasses of them.
export const dangerousImports = `
critical exec IPython *
critical exec __builtin__ *
critical exec __builtins__ *
critical exec _aix_support *
critical native _ctypes *
critical resolver _frozen_importlib *
critical resolver _frozen_importlib_external *
critical resolver _imp *
critical exec _interpreters *
high file _io FileIO open
critical resolver _operator *
critical exec _osx_support *
high nested-load _pickle *
critical exec _posixsubprocess *
critical exec _pyrepl *
medium process-control _signal *
high file _sqlite3 *
medium process-control _thread *
critical native _winapi *
critical exec _xxsubinterpreters *
high network aiohttp *
high network aiohttp.client *
critical exec asyncio *
critical exec asyncio.subprocess *
critical tamper atexit *
medium encode base64 b64decode b64encode decode
critical exec bdb *
critical exec builtins *
critical exec cProfile *
critical native cffi *
critical exec cgitb *
high nested-load cloudpickle *
critical resolver cloudpickle.cloudpickle _builtin_type _function_setstate _make_cell _make_empty_cell _make_function subimport
critical exec code *
medium encode codecs decode encode
critical exec codeop *
critical exec commands *
critical exec compile *
critical exec compileall *
critical exec concurrent.futures ProcessPoolExecutor ThreadPoolExecutor
critical resolver copyreg _extension_registry add_extension
critical native ctypes *
critical native ctypes.util *
critical native cython *
high file difflib *
high nested-load dill *
critical resolver dill._dill *
critical exec distutils *
high file distutils.file_util *
critical exec docker *
critical exec doctest *
critical exec ensurepip *
critical exec eval *
critical exec exec *
critical exec fabric *
critical tamper fickling *
high file filecmp *
high file fileinput *
high network fsspec *
high network ftplib *
critical resolver functools *
critical resolver gc *
high file glob *
high network hdfs *
high network http *
high network httplib *
high network huggingface_hub *
critical exec idlelib *
critical exec idlelib.autocomplete AutoComplete.fetch_completions AutoComplete.get_entity
critical exec idlelib.calltip Calltip.fetch_tip get_entity
critical exec idlelib.debugobj ObjectTreeItem.SetText
critical exec idlelib.pyshell ModifiedInterpreter.runcode ModifiedInterpreter.runcommand
critical exec idlelib.run Executive.runcode
critical exec imaplib *
critical resolver imp *
critical resolver importlib *
critical resolver importlib.machinery *
critical resolver importlib.util *
critical resolver inspect *
high file io FileIO open
critical native jaxlib xla_client
high nested-load joblib *
high nested-load jsonpickle *
critical tamper keras.config *
high nested-load keras.saving *
critical exec keras.src.utils.python_utils func_load
high network keras.utils get_file
critical exec kubernetes *
critical exec lib2to3 *
critical exec lib2to3.pgen2.grammar Grammar.loads
critical exec lib2to3.pgen2.pgen ParserGenerator.make_label
high file linecache *
high file logging *
high nested-load marshal *
high nested-load mlflow.pyfunc load_model
critical native mmap *
critical tamper model_unpickler *
critical tamper modelaudit *
critical tamper modelscan *
critical native msvcrt *
critical exec multiprocessing *
critical exec multiprocessing.pool *
high network nltk download
high nested-load nltk.data load
high network nntplib *
critical exec nt *
high file ntpath *
critical native numba *
high nested-load numpy fromfile genfromtxt load loadtxt memmap save
critical native numpy.ctypeslib *
critical exec numpy.distutils *
critical exec numpy.distutils.exec_command *
critical exec numpy.f2py *
high nested-load numpy.lib.npyio *
critical exec numpy.testing._private.utils *
critical native onnxruntime InferenceSession
critical resolver operator *
critical exec os *
high nested-load pandas eval read_csv read_html read_pickle
critical exec pandas.core.computation.eval *
high nested-load pandas.io.pickle *
critical exec paramiko *
critical exec pdb *
critical exec pexpect *
high nested-load pickle *
critical tamper picklescan *
critical exec pip *
critical exec pip._internal *
critical exec pip._internal.cli *
critical exec pip._internal.cli.main *
critical exec pip._vendor *
critical exec pip._vendor.distlib *
critical exec pip._vendor.distlib.scripts *
critical exec pipes *
critical resolver pkgutil *
critical exec platform *
high network poplib *
critical exec posix *
high file posixpath *
critical exec profile *
critical exec psutil *
critical exec pty *
critical exec py_compile *
critical exec pydoc *
high network requests *
high network requests.api *
critical exec runpy *
critical tamper saferpickle *
high network select *
high network selectors *
critical exec setuptools *
high nested-load shelve *
high file shutil *
medium process-control signal *
critical exec site *
critical exec sitecustomize *
critical exec sklearn.utils._testing assert_run_python_script
high nested-load skops.io load
high network smart_open *
high network smtplib *
high network socket *
high network socketserver *
high file sqlite3 *
high network ssl *
critical exec subprocess *
critical exec sympy lambdify
critical exec sympy.utilities.lambdify *
critical resolver sys *
high file syslog *
high file tarfile *
high network telnetlib *
high file tempfile *
critical native tensorflow load_op_library
high file tensorflow.io *
critical exec tensorflow.python.ops.script_ops *
critical exec test *
medium process-control threading *
critical exec timeit *
high nested-load torch compile load
critical exec torch._dynamo *
critical exec torch._dynamo.guards GuardBuilder.get
critical exec torch._inductor *
critical exec torch._inductor.codecache compile_file
critical exec torch.compile *
high nested-load torch.distributed.elastic.rendezvous.api basichandlers
critical exec torch.distributed.rpc *
critical exec torch.fx.experimental.symbolic_shapes ShapeEnv.evaluate_guards_expression
critical exec torch.hub *
critical exec torch.jit *
critical exec torch.jit.unsupported_tensor_ops execWrapper
critical native torch.ops *
high nested-load torch.package *
high nested-load torch.serialization load
high nested-load torch.storage _load_from_bytes
high nested-load torch.utils._config_module ConfigModule ConfigModule.load_config
critical exec torch.utils.bottleneck.__main__ run_autograd_prof run_cprofile
critical exec torch.utils.collect_env run
critical exec torch.utils.cpp_extension *
high nested-load torch.utils.data.datapipes.utils.decoder basichandlers
critical exec trace *
high network transformers pipeline
critical resolver transformers.dynamic_module_utils *
critical resolver types *
critical exec unittest *
critical resolver unittest.mock _dot_lookup _importer
high network urllib *
high network urllib.request *
high network urllib2 *
critical exec uuid *
critical exec venv *
critical exec webbrowser *
critical native win32api *
critical native winreg *
high network xmlrpc *
high network xmlrpc.client *
high network xmlrpc.server *
high nested-load yaml full_load load unsafe_load
high file zipfile *
critical resolver zipimport *
`
