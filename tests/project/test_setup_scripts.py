import os
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[2] / "setup"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with nothing on it but the bare system and what a test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "dirname", "env", "cat", "pwd", "cksum", "rm"):
        found = next(Path(at) / name for at in ("/bin", "/usr/bin") if (Path(at) / name).exists())
        (folder / name).symlink_to(found)
    return folder


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def run(
    script: str, *arguments: str, path: Path | str, setup: Path = SETUP, **environment: str
) -> tuple[int, str, str]:
    ended = subprocess.run(
        [str(setup / script), *arguments],
        env={"PATH": str(path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def test_a_person_who_may_not_install_is_told_what_to_install(programs: Path) -> None:
    """Without root or sudo nothing is tried, and one sentence says what to do."""
    program(programs, "id", "echo 1000")
    program(programs, "apt-get", "echo must not run; exit 1")

    assert run("system_package", "Tesseract", "tesseract-ocr", "tesseract", path=programs) == (
        1,
        "",
        "Please install Tesseract (sudo apt-get install tesseract-ocr), then run this again.\n",
    )


def test_a_system_without_a_known_installer_is_told_a_name(programs: Path) -> None:
    """Neither apt nor brew: the person knows their system best."""
    assert run("system_package", "Tesseract", "tesseract-ocr", "tesseract", path=programs) == (
        1,
        "",
        (
            "Please install Tesseract (for example the package that your system calls tesseract),"
            " then run this again.\n"
        ),
    )


def test_old_package_lists_are_brought_up_to_date(programs: Path, tmp_path: Path) -> None:
    """An install that fails is tried again after an update."""
    program(programs, "id", "echo 0")
    calls = tmp_path / "calls"
    program(
        programs,
        "apt-get",
        f'echo "$@" >> {calls}; [[ $* == *update* ]] && touched=1; '
        f"[[ $* == *update* || $(grep -c update {calls}) -gt 0 ]]",
    )
    program(programs, "grep", 'exec /bin/grep "$@"')

    code, _, said = run("system_package", "Tesseract", "tesseract-ocr", "-", path=programs)

    install = "-qq -o DPkg::Lock::Timeout=120 install -y --no-install-recommends tesseract-ocr"
    assert (code, said) == (0, "")
    assert calls.read_text("utf-8").splitlines() == [install, "-qq update", install]


def test_brew_is_used_where_there_is_no_apt(programs: Path, tmp_path: Path) -> None:
    """On a Mac the formula is installed."""
    calls = tmp_path / "calls"
    program(programs, "brew", f'echo "$@" > {calls}')

    code, _, _ = run("system_package", "Tesseract", "tesseract-ocr", "tesseract", path=programs)

    assert (code, calls.read_text("utf-8")) == (0, "install --quiet tesseract\n")


def copied(tmp_path: Path) -> Path:
    """The set-up scripts of a checkout in which nothing is installed."""
    setup = tmp_path / "checkout" / "setup"
    setup.mkdir(parents=True)
    for script in SETUP.iterdir():
        (setup / script.name).write_bytes(script.read_bytes())
        (setup / script.name).chmod(0o755)
    return setup


def test_a_python_that_is_too_old_is_not_taken(programs: Path, tmp_path: Path) -> None:
    """One sentence says which versions will do and how to name one."""
    program(programs, "python3", "exit 1")

    assert run("environment", "run", path=programs, setup=copied(tmp_path)) == (
        1,
        "",
        (
            "Darkroom needs Python 3.11, 3.12 or 3.13; please install one, or name it:"
            " make PYTHON=/path/to/python3.12 …\n"
        ),
    )


def test_a_python_without_venv_is_told_the_package(programs: Path, tmp_path: Path) -> None:
    """Debian ships venv apart; who may not install it is told its name."""
    program(
        programs,
        "python3",
        'case "$2" in *ensurepip*) exit 1 ;; *venv*) echo python3.11-venv ;; esac',
    )
    program(programs, "id", "echo 1000")
    program(programs, "apt-get", "exit 1")

    assert run("environment", "run", path=programs, setup=copied(tmp_path)) == (
        1,
        "",
        (
            "Please install the venv module of python3 (sudo apt-get install python3.11-venv),"
            " then run this again.\n"
        ),
    )


def test_tesseract_is_not_asked_for_when_reading_is_off(programs: Path) -> None:
    """A person who turned OCR off is not held up for it."""
    assert run("tesseract", path=programs, DARKROOM_OCR__ENABLED="false") == (0, "", "")


def test_data_named_by_the_settings_will_do(programs: Path, tmp_path: Path) -> None:
    """A folder with English data anywhere is enough."""
    (tmp_path / "eng.traineddata").touch()

    assert run("tesseract", path=programs, DARKROOM_OCR__TESSDATA=str(tmp_path)) == (0, "", "")


def test_a_name_that_looks_like_an_option_or_a_command_is_only_a_name(tmp_path: Path) -> None:
    """PHOTOS reaches the program as one argument, whatever is in it."""
    setup = copied(tmp_path)
    checkout = setup.parent
    (checkout / ".venv" / "bin").mkdir(parents=True)
    program(checkout / ".venv" / "bin", "darkroom", 'printf "<%s>" "$@"; exit 3')
    name = '--sample $(touch x); "a b'

    code, said, complained = run("first_import", path=os.environ["PATH"], setup=setup, PHOTOS=name)

    assert (code, said) == (3, f"<import><--><{name}>")
    assert complained.startswith("Exit code 3: ")
    assert not (checkout / "x").exists()
