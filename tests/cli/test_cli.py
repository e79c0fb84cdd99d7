"""The command line as a user types it: what it prints where, how it exits, what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from nodes import edits
from nodes.document import Document, same_arrays
from nodes.example import examples, new
from nodes.files import load, save
from nodes.training import trained

ROOT = Path(__file__).parents[2]


def test_templates_and_new(run: Any) -> None:
    assert [line.split()[0] for line in run("templates").out.splitlines()] == list(examples())
    for name in ("lenet", "perceptron", "resnet18-small", "dilated"):
        result = run("new", name, "-o", f"{name}.onnx")
        assert (result.code, result.out) == (0, "")
        assert load(f"{name}.onnx") == new(name)
        assert run("check", f"{name}.onnx").out == "Nothing is wrong. Train is ready.\n"


def test_an_unknown_template_names_the_nearest(run: Any) -> None:
    result = run("new", "lennet", "-o", "a.onnx")
    assert (result.code, result.err) == (1, "There is no template called ‘lennet’: did you mean ‘lenet’?\n")
    assert not Path("a.onnx").exists()


def test_new_keeps_a_trained_network_that_stood_there(run: Any, small: Path) -> None:
    run("train", small)
    before = small.read_bytes()
    assert "is kept as" in run("new", "lenet", "-o", small).err
    assert small.with_name("m.old1.onnx").read_bytes() == before


@pytest.mark.parametrize("words", [("new", "mlp"), ("train", "m.onnx"), ("export", "m.onnx", "--to", "step")])
def test_a_folder_is_never_taken_for_a_file(run: Any, small: Path, words: tuple[str, ...]) -> None:
    Path("kept").mkdir()
    Path("kept/thesis.txt").write_text("years of work")
    result = run(*words, "-o", "kept")
    assert (result.code, result.out) == (1, "") and "is a folder: give the name of a file." in result.err
    assert sorted(p.name for p in Path(".").iterdir()) == ["kept", "m.onnx"]
    assert Path("kept/thesis.txt").read_text() == "years of work"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_or_device_is_not_replaced(run: Any) -> None:
    os.mkfifo("pipe")
    result = run("new", "mlp", "-o", "pipe")
    assert result.code == 1 and "a device and not a file" in result.err
    assert Path("pipe").is_fifo()


def test_train_evaluate_and_finish(run: Any, small: Path) -> None:
    result = run("train", small)
    assert (result.code, result.out) == (0, "")
    assert result.err.count("\nepoch ") == 3
    document = load(small)
    assert document.training.progress["epoch"] == 3
    again = run("train", small)
    assert again.code == 0 and "The recipe is finished already" in again.err
    more = run("train", small, "--epochs", 1)
    assert more.code == 0 and load(small).training.progress["epoch"] == 4
    found = run("evaluate", small, "--json").json
    assert found["samples"] == 2000 and np.sum(found["confusion"]) == 2000
    assert found["accuracy"] == pytest.approx(np.trace(found["confusion"]) / 2000)
    assert found["loss"] > 0


def test_events_are_json_lines(run: Any, small: Path) -> None:
    result = run("train", small, "--events", "jsonl", "-o", "out.onnx")
    events = [json.loads(line) for line in result.out.splitlines()]
    kinds = [e["event"] for e in events]
    assert kinds == ["started", *(["step"] * 2 + ["epoch"]) * 3, "finished"]
    assert [e["step"] for e in events if e["event"] == "step"] == [1, 2, 3, 4, 5, 6]
    assert {"accuracy", "validation_loss", "validation_accuracy", "seconds", "loss", "epoch"} <= events[3].keys()
    assert events[-1]["output"] == "out.onnx"
    assert not trained(load(small)) and trained(load("out.onnx"))


def test_options_change_the_recipe(run: Any, small: Path) -> None:
    run(
        "train", small, "--optimizer", "Momentum", "--learning-rate", 0.1, "--batch-size", 1800, "--seed", 5,
        "--epochs", 1, "--engine", "numpy",
    )  # fmt: skip
    recipe = load(small).recipe
    stage = recipe.stages[0]
    assert (stage.updates[0].optimizer, stage.learning_rate, stage.batch_size, recipe.seed) == ("Momentum", 0.1, 1800, 5)
    assert stage.epochs == 3


def test_frozen_layers_stay_frozen_and_stand_in_the_summary(run: Any, small: Path) -> None:
    before = {r["name"]: "frozen" in r for r in run("summary", small, "--json").json["layers"]}
    assert run("train", small, "--epochs", 1, "--freeze", "fc1", "--schedule", "stairstep").code == 0
    found = run("summary", small, "--json").json
    assert {r["name"] for r in found["layers"] if "frozen" in r} == {"fc1"} and not any(before.values())
    assert found["frozen_parameters"] == next(r["parameters"] for r in found["layers"] if r["name"] == "fc1")
    assert load(small).recipe.stages[0].schedule == "stairstep"
    assert "frozen" in run("summary", small).out
    assert run("train", small, "--epochs", 1, "--unfreeze", "fc1").code == 0
    assert "frozen" not in run("summary", small).out


def test_another_seed_on_a_trained_file_names_restart(run: Any, small: Path) -> None:
    run("train", small, "--epochs", 1)
    result = run("train", small, "--seed", 9)
    assert result.code == 1 and "add --restart to begin anew" in result.err and result.err.count("\n") == 1
    assert run("train", small, "--seed", 9, "--restart", "--epochs", 1).code == 0
    assert load(small).training.progress["epoch"] == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--learning-rate", "-1"), "The learning rate is -1"),
        (("--optimizer", "adm"), "did you mean ‘Adam’"),
        (("--schedule", "cosin"), "did you mean ‘cosine’"),
        (("--freeze", "fc9"), "There is no layer called ‘fc9’"),
        (("--batch-size", "99999"), "The batch size is 99,999, and there are 7,200 training samples"),
        (("--data", "spirall"), "did you mean ‘spiral’"),
        (("--data", "mnist"), "mnist"),
        (("--data", "spiral"), "Flatten"),
    ],
)
def test_bad_options_are_one_sentence(run: Any, small: Path, words: tuple[str, ...], sentence: str) -> None:
    before = small.read_bytes()
    if words == ("--data", "spiral"):
        save(new("lenet"), small)
        before, sentence = small.read_bytes(), "takes maps"
    result = run("train", small, *words)
    assert result.code == 1 and sentence in result.err and result.err.count("\n") == 1
    assert small.read_bytes() == before


def test_wrong_usage_is_2(run: Any, small: Path) -> None:
    assert run("train").code == 2
    assert run("train", small, "--epochs", "0").code == 2
    assert run("trian", small).code == 2
    assert run("evaluate", small, "--split", "tset").code == 2


def test_nan_is_explained_and_good_weights_are_kept(run: Any, small: Path) -> None:
    result = run("train", small, "--learning-rate", "1e30", "--optimizer", "SGD")
    assert result.code == 1
    assert "learning rate" in result.err and "‘" in result.err
    assert all(np.isfinite(a).all() for a in load(small).weights.values())


def test_a_disk_that_fills_up_costs_no_training(run: Any, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nodes import files
    from runtime.errors import FileError

    before, write = small.read_bytes(), files.write_model

    def full(path: Path, *model: Any) -> Any:
        if path == small:
            raise FileError(f"{path.name} could not be written: there is no space left on the disk.")
        return write(path, *model)

    monkeypatch.setattr(files, "write_model", full)
    result = run("train", small)
    assert result.code == 1 and "no space left" in result.err
    assert small.read_bytes() == before
    rescued = Path(result.err.split("What is trained is in ")[1].splitlines()[0].rstrip("."))
    assert load(rescued).training.progress["epoch"] == 3


def test_a_read_only_file_is_noticed_before_training(run: Any, small: Path) -> None:
    small.chmod(0o444)
    result = run("train", small)
    assert result.code == 1 and "epoch" not in result.err and "not permitted" in result.err


def test_a_file_that_another_program_changed_is_left_alone(run: Any, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.headless import train as module

    opened = module.opened

    def changed(path: Path) -> Any:
        found = opened(path)
        path.write_bytes(b"theirs")
        return found

    monkeypatch.setattr(module, "opened", changed)
    result = run("train", small)
    assert result.code == 0 and "m-2.onnx" in result.err
    assert small.read_bytes() == b"theirs"
    assert load(small.with_name("m-2.onnx")).training.progress["epoch"] == 3


def test_layers_that_cannot_learn_are_told_before_training(run: Any, tmp_path: Path) -> None:
    document = new("mlp")
    middle = next(n for n in document.nodes.values() if n.type in ("ReLU", "Tanh", "Sigmoid"))
    stepped = document.changed(nodes={**document.nodes, middle.id: replace(middle, type="Sign", settings={})})
    save(edits.set_recipe(stepped, epochs=1), "a.onnx")
    told = run("train", "a.onnx").err
    assert "its weights do not learn by backpropagation, because Sign ‘" in told


def test_predict_equals_plain_onnxruntime(run: Any, tmp_path: Path) -> None:
    save(new("lenet"), tmp_path / "l.onnx")
    samples = np.random.default_rng(1).random((3, 1, 28, 28), np.float32)
    np.save(tmp_path / "x.npy", samples)
    found = run("predict", "l.onnx", "--input", "x.npy", "--json").json
    session = ort.InferenceSession(str(tmp_path / "l.onnx"))
    expected = session.run(None, {session.get_inputs()[0].name: samples})[0]
    np.testing.assert_allclose(found["outputs"], expected, atol=1e-6)
    assert found["predictions"] == [str(i) for i in expected.argmax(axis=1)]


def test_predict_takes_an_exported_model_and_says_what_it_cannot(run: Any, tmp_path: Path) -> None:
    save(new("lenet"), tmp_path / "l.onnx")
    np.save(tmp_path / "x.npy", np.random.default_rng(1).random((3, 1, 28, 28), np.float32))
    document = run("predict", "l.onnx", "--input", "x.npy", "--json").json
    for target, name in (("onnx", "e.onnx"), ("step", "s.onnx")):
        assert run("export", "l.onnx", "--to", target, "-o", name).code == 0
    exported = run("predict", "e.onnx", "--input", "x.npy", "--json").json
    np.testing.assert_allclose(exported["outputs"], document["outputs"], atol=1e-5)
    assert run("predict", "e.onnx", "--input", "x.npy").out.startswith("sample 1: ")
    step = run("predict", "s.onnx", "--input", "x.npy")
    assert step.code == 1 and "predict gives one: open the document it came from." in step.err


def test_predict_says_what_it_does_to_a_picture(run: Any, tmp_path: Path) -> None:
    from PIL import Image

    save(new("lenet"), tmp_path / "l.onnx")
    Image.new("RGB", (60, 60), "white").save(tmp_path / "p.png")
    result = run("predict", "l.onnx", "--input", "p.png")
    assert result.code == 0
    for word in ("grey", "28×28", "inverted"):
        assert word in result.err
    assert run("predict", "l.onnx", "--input", "none.png").code == 1
    assert run("predict", "l.onnx", "--input", "l.onnx").code == 1


def test_summary(run: Any) -> None:
    run("new", "lenet", "-o", "l.onnx")
    found = run("summary", "l.onnx", "--json").json
    assert found["parameters"] == 44_426
    assert found["layers"][1] == {
        "name": "conv1", "type": "Conv2D", "output_shape": [6, 24, 24], "parameters": 156, "multiply_adds": 86_400,
        "activation_bytes": 64 * 6 * 24 * 24 * 4, "training_bytes": 64 * 6 * 24 * 24 * 4 + 7 * 4 * 156,
        "computation": round(86_400 / 281_640, 6), "space": round(156 / 44_426, 6), "receptive_field": [5, 5],
    }  # fmt: skip
    assert found["layers"][8]["receptive_field"] == "all" and found["batch_size"] == 64
    assert found["multiply_adds"] == 281_640 and found["training_bytes"] > sum(r["training_bytes"] for r in found["layers"])
    assert "44,426" in run("summary", "l.onnx").out


@pytest.mark.parametrize(("column", "first"), [
    ("parameters", "fc1"), ("multiply-adds", "conv2"), ("computation", "conv2"), ("space", "fc1"), ("activations", "conv1"),
    ("training", "fc1"), ("output", "conv1"), ("sees", "flatten1"), ("layer", "conv1"), ("type", "conv1"),
])  # fmt: skip
def test_summary_is_sorted_by_a_column(run: Any, column: str, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    run("new", "lenet", "-o", "l.onnx")
    names = [r["name"] for r in run("summary", "l.onnx", "--sort", column, "--json").json["layers"]]
    assert names[0] == first or (column == "layer" and names == sorted(names))
    lines = run("summary", "l.onnx", "--sort", column).out.splitlines()
    assert column in lines[2] and lines[4].split()[1] == names[0], "the column it is sorted by is there, however narrow"
    assert "There is no column called ‘foo’" in run("summary", "l.onnx", "--sort", "foo").err


def test_silenced_advice_is_counted_and_shown_with_all(run: Any, tmp_path: Path) -> None:
    document = edits.silence(edits.set_recipe(new("mlp"), learning_rate=1.0), "learning_rate")
    save(document, tmp_path / "m.onnx")
    assert run("check", "m.onnx").out == "Nothing is wrong. Train is ready.\n1 silenced; --all shows it.\n"
    told = run("check", "m.onnx", "--all")
    assert told.code == 0 and "! Recipe: the learning rate is 1, and Adam usually learns at" in told.out
    assert run("check", "m.onnx", "--json").json == []
    assert [p["kind"] for p in run("check", "m.onnx", "--all", "--json").json] == ["learning_rate"]


def test_check_lists_problems_with_repairs(run: Any, tmp_path: Path) -> None:
    document = edits.remove(new("lenet"), ["n8"])
    save(document, tmp_path / "l.onnx")
    result = run("check", "l.onnx", "--json")
    assert result.code == 1
    problem = result.json[0]
    assert {"where", "what", "repair"} <= problem.keys() and problem["repair"] == "Insert Flatten and connect pool2"


def test_check_of_an_unreadable_file(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.onnx").touch()
    result = run("check", "a.onnx", "--json")
    assert result.code == 1 and "0 bytes" in result.err and "0 bytes" in result.json[0]["what"]


def test_export(run: Any, small: Path) -> None:
    run("train", small, "--epochs", 1)
    assert run("export", small, "--to", "onnx", "-o", "i.onnx").code == 0
    assert run("export", small, "--to", "step", "-o", "s.onnx").code == 0
    session = ort.InferenceSession("s.onnx")
    x = np.random.default_rng(0).random((4, 1, 28, 28), np.float32)
    feeds = {
        "sample": x, "label": np.arange(4), "learning_rate": np.array(0.1, np.float32), "step": np.array(1, np.int64),
    }  # fmt: skip
    assert np.isfinite(session.run(None, feeds)[0])
    assert "did you mean ‘onnx’" in run("export", small, "--to", "onx", "-o", "j.onnx").err


def test_export_of_a_broken_network_writes_nothing(run: Any, tmp_path: Path) -> None:
    save(edits.remove(new("lenet"), ["n8"]), tmp_path / "l.onnx")
    result = run("export", "l.onnx", "--to", "onnx", "-o", "i.onnx")
    assert result.code == 1 and not Path("i.onnx").exists()


def test_a_folder_of_pictures_is_a_dataset(run: Any, tmp_path: Path) -> None:
    from PIL import Image

    for name, shade in (("dark", 40), ("light", 200)):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for i in range(12):
            Image.new("L", (28, 28), shade + i).save(tmp_path / "pictures" / name / f"{i}.png")
    document = edits.set_setting(edits.set_recipe(new("mlp"), epochs=2), "n5", "units", 2)
    save(edits.set_setting(document, "n1", "name", str(tmp_path / "pictures")), tmp_path / "m.onnx")
    trained_ = run("train", "m.onnx")
    assert trained_.code == 0 and "The batch size is 64, and there are 17 training samples: each step takes" in trained_.err
    assert run("evaluate", "m.onnx", "--data", "pictures", "--json").json["samples"] > 0


def test_missing_mnist_names_the_folder(run: Any, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_DATA", str(tmp_path / "data"))
    result = run("train", small, "--data", "mnist")
    assert result.code == 1 and str(tmp_path / "data" / "mnist") in result.err


# -- in a process of its own -----------------------------------------------------------------------------------------------
def process(*words: Any, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "app", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=-1, stderr=-1, text=True, encoding="utf-8", env=environment, **options)


def test_help_imports_neither_qt_nor_numpy() -> None:
    code = "import sys\nfrom app.cli import main\ntry:\n main(['--help'])\nexcept SystemExit: pass\nprint(sorted(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert "train" in out
    for heavy in ("'numpy'", "'onnx'", "'onnxruntime'", "'PySide6'", "'rich'"):
        assert heavy not in out


def test_a_foreign_package_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime" / "__init__.py").touch()
    code = f"import sys\nsys.path[:0] = [r'{tmp_path}', r'{ROOT}']\nfrom app.cli import main\nmain(['templates'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "stands in the way of Netwright's own package ‘runtime’" in done.stderr


def test_training_imports_no_qt(tmp_path: Path) -> None:
    save(edits.set_recipe(new("playground"), epochs=2), tmp_path / "p.onnx")
    code = f"import sys\nfrom app.cli import main\ntry:\n main(['train', r'{tmp_path / 'p.onnx'}'])\nexcept SystemExit: pass\n"
    code += "print('PySide6' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert out.strip() == "False"


def _until_step(training: subprocess.Popen[str], step: int) -> None:
    assert training.stdout is not None
    for line in training.stdout:
        event = json.loads(line)
        if event["event"] == "step" and event["step"] >= step:
            return


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path: Path) -> None:
    path = tmp_path / "l.onnx"
    save(edits.set_recipe(new("lenet"), batch_size=8), path)
    training = process("train", path, "--events", "jsonl")
    _until_step(training, 3)
    training.send_signal(signal.SIGINT)
    _, err = training.communicate(timeout=60)
    assert training.returncode == 130
    assert f"to go on: netwright train {path}" in err and "Traceback" not in err
    assert load(path).training.progress["step"] >= 3


def test_killed_and_resumed_equals_never_stopped(tmp_path: Path) -> None:
    document = edits.set_recipe(new("mlp"), batch_size=60, epochs=8)
    for name in ("a", "b"):
        save(document, tmp_path / f"{name}.onnx")
    whole = process("train", tmp_path / "a.onnx")
    assert whole.wait(timeout=120) == 0
    killed = process("train", tmp_path / "b.onnx", "--events", "jsonl")
    _until_step(killed, 500)
    killed.kill()
    killed.communicate()
    interrupted: Document = load(tmp_path / "b.onnx")
    assert not interrupted.training.progress or interrupted.training.progress["epoch"] < 8
    resumed = process("train", tmp_path / "b.onnx")
    assert resumed.wait(timeout=120) == 0
    a, b = load(tmp_path / "a.onnx"), load(tmp_path / "b.onnx")
    assert same_arrays(a.weights, b.weights) and a.training == b.training
    for each in (whole, resumed):
        each.communicate()
