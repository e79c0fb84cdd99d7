"""`netwright sample`: a Boltzmann machine's dreams as pictures and as numbers, a text; and what `evaluate` says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.headless.dreams import LEAST, LINE
from nodes.document import Wire
from nodes.example import Sketch
from nodes.files import save
from runtime.recipe import Recipe, Stage, Update
from tests.nodes.test_texts import TEXT
from tests.nodes.test_texts import reader as character_reader


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """8 hidden units that see the digits."""
    update = Update(rule="contrastive divergence", rule_settings={"chains": 10}, optimizer="SGD")
    s = Sketch("RBM", Recipe((Stage(epochs=1, batch_size=1800, learning_rate=0.1, updates=(update,)),)))
    s.add("Dataset", "digits")
    pixels = s.add("Flatten", "pixels")
    rbm = s.add("RBM", "rbm", units=8)
    loss = s.add("MeanSquaredError", "loss")
    made = Wire(rbm, "reconstruction", loss, "prediction"), Wire(pixels, s.document.outputs(pixels)[0], loss, "target")
    kept = tuple(w for w in s.document.wires if w.target != loss)
    save(s.document.changed(wires=(*kept, *made)), tmp_path / "m.onnx")
    return tmp_path / "m.onnx"


def test_a_sheet_of_pictures(run: Any, machine: Path) -> None:
    assert run("train", "m.onnx").code == 0
    found = run("sample", "m.onnx", "--count", 5, "--steps", 3, "-o", "out.png")
    assert (found.code, found.out, found.err) == (0, "", "5 samples after 3 steps of Gibbs sampling: out.png\n")
    run("sample", "m.onnx", "--count", 5, "--steps", 3, "-o", "out.npy")
    sheet, numbers = np.asarray(Image.open("out.png")), np.load("out.npy")
    high = LEAST + LINE
    assert sheet.shape == (2 * high + LINE, 3 * high + LINE) and numbers.shape == (5, 1, 28, 28)
    fourth = sheet[high + LINE : 2 * high : 2, LINE:high:2]
    np.testing.assert_array_equal(fourth, (numbers[3, 0] * 255).round().astype(np.uint8))


def test_seeds_and_engines(run: Any, machine: Path) -> None:
    arrays = {}
    for name, *more in (("a",), ("b", "--engine", "numpy"), ("c", "--seed", 1)):
        run("sample", "m.onnx", "--count", 2, "--steps", 4, *more, "-o", f"{name}.npy")
        arrays[name] = np.load(f"{name}.npy")
    np.testing.assert_allclose(arrays["a"], arrays["b"], atol=1e-5)
    assert np.abs(arrays["a"] - arrays["c"]).max() > 0


def test_dreams_begun_at_held_out_samples(run: Any, machine: Path) -> None:
    run("train", "m.onnx")
    begun = run("sample", "m.onnx", "--count", 3, "--steps", 2, "--start", "data", "-o", "a.npy")
    told = "3 samples after 2 steps of Gibbs sampling, begun at held-out samples: a.npy\n"
    assert begun.code == 0 and begun.err.endswith(told)
    run("sample", "m.onnx", "--count", 3, "--steps", 2, "-o", "b.npy")
    assert np.abs(np.load("a.npy") - np.load("b.npy")).max() > 1e-4
    assert "‘here’" in run("sample", "m.onnx", "--start", "here", "-o", "c.npy").err


def test_refusals_in_words(run: Any, machine: Path) -> None:
    run("new", "mlp")
    before = machine.read_bytes()
    for words, sentence in (
        (("mlp.onnx", "-o", "a.png"), "mlp.onnx makes nothing up: add an RBM, a Noise layer or a GaussianSample, or"),
        (("mlp.onnx",), "mlp.onnx makes nothing up: add an RBM, a Noise"),
        (("m.onnx", "-o", "m.onnx"), "m.onnx is no name for samples: end it in .png for pictures, or in .npy for numbers."),
        (("m.onnx", "-o", "no/a.png"), "the folder does not exist: make it, or save somewhere else."),
    ):
        found = run("sample", *words)
        assert found.code == 1 and sentence in found.err
    assert machine.read_bytes() == before


@pytest.mark.parametrize("name", ["gan", "vae"])
def test_generators_make_pictures_of_random_numbers(run: Any, name: str) -> None:
    """As the finished model does, which whoever runs it feeds."""
    assert run("new", name).code == 0
    found = run("sample", f"{name}.onnx", "--count", 3, "-o", "out.npy")
    assert (found.code, found.err.splitlines()[-1]) == (0, "3 samples made up from random numbers: out.npy")
    run("sample", f"{name}.onnx", "--count", 3, "--engine", "numpy", "-o", "other.npy")
    run("sample", f"{name}.onnx", "--count", 3, "--seed", 1, "-o", "seed.npy")
    numbers = np.load("out.npy")
    assert numbers.shape == (3, 1, 28, 28) and 0 < numbers.min() < numbers.max() < 1
    np.testing.assert_allclose(numbers, np.load("other.npy"), atol=1e-6)
    assert np.abs(numbers - np.load("seed.npy")).max() > 0.01
    assert run("sample", f"{name}.onnx", "--count", 4, "-o", "out.png").code == 0
    assert np.asarray(Image.open("out.png")).shape == (2 * (LEAST + LINE) + LINE,) * 2


def test_a_variational_autoencoder_is_judged_by_its_pictures(run: Any) -> None:
    """And not by its codes beside their variances, which its other loss takes."""
    run("new", "vae")
    found = run("evaluate", "vae.onnx", "--json").json
    assert 0.3 < found["mae"] < 0.7 and set(found["losses"]) == {"divergence", "likeness"}


def test_logits_are_measured_as_the_probabilities_they_mean(run: Any, tmp_path: Path) -> None:
    """Untrained, near 0.5 each: half away from black and from white."""
    s = Sketch("AE", Recipe())
    s.add("Dataset", "Digits", name="digits")
    pixels = s.add("Flatten")
    s.add("Dense", "decoder", units=784, initial_weights="zeros")
    s.wire(pixels, "y", s.add("BinaryCrossEntropy", "loss"), "target")
    save(s.document, tmp_path / "ae.onnx")
    found = run("evaluate", str(tmp_path / "ae.onnx"), "--json").json
    assert 0.4 < found["mae"] <= 0.5


def test_rivals_have_losses_and_no_distance(run: Any) -> None:
    run("new", "gan")
    found = run("evaluate", "gan.onnx", "--json").json
    assert found["mae"] is None and found["r2"] is None
    assert set(found["losses"]) == {"real is real", "forged is forged", "judge is fooled"}


def test_evaluate_tells_the_free_energy(run: Any, machine: Path) -> None:
    """Of an untrained machine with no biases and tiny weights it is −Σ log 2 over the hidden units."""
    found = run("evaluate", "m.onnx", "--json").json
    assert found["free_energy"] == {"rbm": pytest.approx(-8 * np.log(2), rel=0.05)}
    assert "free energy of rbm  -5." in run("evaluate", "m.onnx", "--engine", "numpy").out


def test_evaluate_tells_accuracy_and_error(run: Any) -> None:
    run("new", "neuron")
    found = run("evaluate", "neuron.onnx", "--json").json
    lines = run("evaluate", "neuron.onnx").out.splitlines()
    assert lines[1:3] == [f"accuracy  {found['accuracy']:.2%}", f"error     {1 - found['accuracy']:.2%}"]
    assert found["free_energy"] is None


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    """A small network that reads a small text."""
    (tmp_path / "cats.txt").write_text(TEXT, encoding="utf-8")
    save(character_reader("cats.txt:length=10", len(set(TEXT))), tmp_path / "m.onnx")
    return tmp_path / "m.onnx"


def test_a_text_is_written_behind_its_prompt(run: Any, reader: Path) -> None:
    (reader.parent / "cats.txt").unlink()  # the vocabulary is in the document
    asked = ("sample", "m.onnx", "--prompt", "the cat", "--length", 40, "--temperature", 0.8, "--seed", 1)
    found = run(*asked)
    assert found.code == 0 and found.out.startswith("the cat") and len(found.out) == len("the cat") + 40 + 1
    assert "never trained" in found.err
    assert run(*asked).out == found.out != run(*asked[:-1], 2).out
    assert run(*asked, "-o", "out.txt").out == "" and Path("out.txt").read_text(encoding="utf-8") == found.out[:-1]


@pytest.mark.parametrize(("words", "sentence"), [
    (("--prompt", "Zoo"), "The prompt has characters that the training text had not (Z): leave them out."),
    (("-o", "out.png"), "out.png is no name for a text: end it in .txt, or leave -o out to see it here."),
])  # fmt: skip
def test_what_is_wrong_with_a_text_is_told_in_words(run: Any, reader: Path, words: tuple[str, ...], sentence: str) -> None:
    found = run("sample", "m.onnx", *words)
    assert (found.code, found.out) == (1, "") and found.err.endswith(f"{sentence}\n")


def test_dreams_want_a_file(run: Any, machine: Path) -> None:
    found = run("sample", "m.onnx")
    assert found.code == 1 and "Samples go into a file: give -o a name that ends in .png" in found.err


def test_bits_per_character(run: Any, reader: Path) -> None:
    found = run("evaluate", "m.onnx", "--json")
    numbers = json.loads(found.out)
    assert numbers["bits"] == pytest.approx(numbers["loss"] / np.log(2))
    assert f"bits      {numbers['bits']:.4f} per character" in run("evaluate", "m.onnx").out


def test_what_follows_each_character_is_predicted(run: Any, reader: Path) -> None:
    """Of whole numbers that count characters; the finished model takes sequences of any length, the file's is the data's."""
    numbers = np.array([[sorted(set(TEXT)).index(c) for c in "the cat sa"]])
    np.save("x.npy", numbers)
    told = json.loads(run("predict", "m.onnx", "--input", "x.npy", "--json").out)
    assert np.shape(told["outputs"]) == (1, 10, len(set(TEXT))) and np.shape(told["predictions"]) == (1, 10)
    best = np.argmax(told["outputs"][0], axis=-1)
    signs = {"\n": "↵", " ": "␣"}
    said = "".join(signs.get(c, c) for c in (sorted(set(TEXT))[i] for i in best))
    assert run("predict", "m.onnx", "--input", "x.npy").out == f"sample 1: {said}\n"
