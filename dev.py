#!/usr/bin/env python3
"""The one door for work on Netwright: makes .venv, then hands over to the ordinary tools. Standard library only."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "netwright.stamp"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
OLDEST, TOO_NEW = (3, 11), (3, 15)
TORCH_WITHOUT_CUDA = "https://download.pytorch.org/whl/cpu"

# Shared library -> Debian package. The wheels of Qt link to these and do not bring them.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
}


def say(sentence: str) -> None:
    print(f"dev.py: {sentence}", file=sys.stderr, flush=True)


def stop(sentence: str) -> None:
    say(sentence)
    raise SystemExit(1)


# --- what the system must bring ---------------------------------------------------------------------------------------


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_screen() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def debian_install(packages: list[str], why: str) -> None:
    """Install Debian packages as root; anyone else is told the one command that does it."""
    if not shutil.which("apt-get"):
        stop(f"{why}. Install what your system calls {', '.join(packages)}, then try again.")
    if os.geteuid() != 0:
        stop(f"{why}. Run this, then try again:\n  sudo apt-get install -y {' '.join(packages)}")
    say(f"{why}: installing {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    # The package list may be missing or old, so a failure is tried once more after an update.
    if subprocess.call(install, env=environment, stdout=subprocess.DEVNULL) == 0:
        return
    subprocess.call(["apt-get", "update", "-qq"], env=environment)
    if subprocess.call(install, env=environment) != 0:
        stop(f"apt-get could not install {' '.join(packages)}")


def need_qt_libraries() -> None:
    if not sys.platform.startswith("linux"):
        return
    wanted = {**QT_LIBRARIES, **(X11_LIBRARIES if has_screen() else {})}
    missing = [package for library, package in wanted.items() if not loads(library)]
    if missing:
        debian_install([*missing, "fonts-dejavu-core"], "Qt lacks system libraries")


# --- the virtual environment ------------------------------------------------------------------------------------------


def wanted_stamp() -> str:
    """Changes when the dependencies do, and when the folder moves (an editable install holds its path)."""
    text = (ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()
    return hashlib.sha256(text).hexdigest()


def venv_works() -> bool:
    if not PYTHON.exists():
        return False
    probe = f"import sys, pip; raise SystemExit(not {OLDEST} <= sys.version_info[:2] < {TOO_NEW})"
    return subprocess.call([str(PYTHON), "-c", probe], stderr=subprocess.DEVNULL) == 0


def make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        debian_install([f"python{version}-venv"], "this Python cannot make virtual environments")
    say("making .venv")
    # By a child: this process may have cached that ensurepip was missing.
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        stop("python -m venv failed; its own words are above.")


def need_venv(extra: str) -> None:
    """Make .venv and install into it, unless that was done for this pyproject.toml. `dev` and `bench` include `run`."""
    digest = wanted_stamp()
    done = STAMP.read_text().split() if STAMP.exists() and PYTHON.exists() else []
    if done and done[0] == digest and (extra in done or (extra == "run" and len(done) > 1)):
        return
    if not venv_works():
        make_venv()
    # A changed file must not take the tools away that an earlier command installed.
    extras = sorted({extra, *done[1:]} - {"run"})
    target = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    say("installing what pyproject.toml asks for (once, some minutes)")
    command = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", target]
    if "bench" in extras:
        command += ["--extra-index-url", TORCH_WITHOUT_CUDA]
    if subprocess.call(command) != 0:
        stop("pip failed; its own words are above.")
    STAMP.write_text(f"{digest} {' '.join(extras) or 'run'}\n")


# --- commands ---------------------------------------------------------------------------------------------------------


def hand_over(arguments: list[str], environment: dict[str, str] | None = None) -> int:
    """Become `.venv/python ARGUMENTS`. Windows has no exec that keeps the console, so there a child."""
    command = [str(PYTHON), *arguments]
    merged = {**os.environ, **(environment or {})}
    if not WINDOWS:
        os.execve(command[0], command, merged)
    try:
        return subprocess.call(command, env=merged)
    except KeyboardInterrupt:
        return 130


def run(arguments: list[str]) -> int:
    """Start Netwright; without a screen, train its demonstration network here in the terminal."""
    need_venv("run")
    if not arguments and not has_screen():
        say("there is no screen here, so this is the headless demonstration.")
        arguments = ["demo"]
    elif not arguments:
        need_qt_libraries()
    return hand_over(["-m", "app", *arguments])


def test(arguments: list[str]) -> int:
    """Run the tests: `--all` adds the slow ones, everything else goes to pytest."""
    need_venv("dev")
    need_qt_libraries()
    everything = "--all" in arguments
    chosen = [argument for argument in arguments if argument != "--all"]
    filters = [] if everything else ["-m", "not slow"]
    # One xdist worker per core: threads inside each would only fight over the same cores.
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    # Bytecode is kept even where the shell says not to: the hundred processes that tests start would each compile all sources.
    environment = {"QT_QPA_PLATFORM": "offscreen", "PYTHONDONTWRITEBYTECODE": "", **one_thread}
    return hand_over(["-m", "pytest", "-n", "auto", *filters, *chosen], environment)


def check(arguments: list[str]) -> int:
    """Run ruff, mypy, the import contracts and whether docs/ is fresh; all four, even if the first fails."""
    if arguments:
        stop("check takes no arguments.")
    need_venv("dev")
    lint_imports = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-logo'])"
    tools = {
        "ruff": ["-m", "ruff", "check", "."],
        "mypy": ["-m", "mypy", "runtime", "nodes", "exporters", "app"],
        "lint-imports": ["-c", lint_imports],
        "docs": ["-m", "app.reference", "--check"],
    }
    failed = []
    for name, tool in tools.items():
        say(name)
        if subprocess.call([str(PYTHON), *tool], cwd=ROOT) != 0:
            failed.append(name)
    say(f"failed: {', '.join(failed)}." if failed else "all four are clean.")
    return 1 if failed else 0


def docs(arguments: list[str]) -> int:
    """Write the reference in docs/ anew: layers, command line, keys."""
    need_venv("dev")
    return hand_over(["-m", "app.reference", *arguments])


def bench(arguments: list[str]) -> int:
    """Measure training steps beside PyTorch's, `bench canvas` the window, `bench layout` crossings; `--help` tells more."""
    if arguments[:1] == ["layout"]:
        need_venv("dev")
        return hand_over(["-m", "tests.benchmarks.layouts", *arguments[1:]])
    if arguments[:1] == ["canvas"]:
        need_venv("dev")
        need_qt_libraries()
        return hand_over(["-m", "tests.benchmarks.canvas", *arguments[1:]])
    need_venv("bench")
    return hand_over(["-m", "tests.benchmarks.bench", *arguments])


def course(arguments: list[str]) -> int:
    """Train every network of the lectures and print its number: hours; `course ROW` trains one, `--table` none."""
    need_venv("dev")
    return hand_over(["-m", "tests.course", *arguments])


def pictures(arguments: list[str]) -> int:
    """Take pictures of the window in its states and sizes, dark and light, into a folder; README's are two of them."""
    need_venv("dev")
    need_qt_libraries()
    return hand_over(["-m", "tests.window_pictures", *arguments])


COMMANDS = {"run": run, "test": test, "check": check, "docs": docs, "bench": bench, "course": course,
            "pictures": pictures}


def usage() -> str:
    lines = [f"  {name:<8} {(command.__doc__ or '').strip()}" for name, command in COMMANDS.items()]
    return "\n".join(["python dev.py COMMAND", "", *lines])


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    if arguments[0] not in COMMANDS:
        stop(f"there is no command ‘{arguments[0]}’; there are: {', '.join(COMMANDS)}.")
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        here = ".".join(map(str, sys.version_info[:2]))
        stop(f"Netwright needs Python 3.11 to 3.14, and this is {here}: start dev.py with one of those.")
    os.chdir(ROOT)
    return COMMANDS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
