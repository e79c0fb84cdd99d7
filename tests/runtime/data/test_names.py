"""Names, options, the registry and its cache."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.data import catalogue, describe, grouped, load, names, parse
from runtime.data.registry import _Loaded, register, resolve
from runtime.errors import DataError

PLAYGROUND = ("circle", "xor", "gauss", "spiral", "plane", "multi-gauss")
LESSONS = ("and", "or", "xor-corners", "temperature", "mazur", "lee")
FUNCTIONS = ("sine", "sine-7x", "step", "bump", "square", "abs")
SEQUENCES = ("adding", "copying", "recall", "parity", "waves", "reverse", "shakespeare", "captions", "numbers")
OWNED = ("cifar10", "fashion-mnist", "mnist")
NAMES = ("digits", "films", "shapes", "synthetic-imagenet", *OWNED, *PLAYGROUND, "correlated", *LESSONS, *SEQUENCES, *FUNCTIONS)
SIZES = {**dict.fromkeys(PLAYGROUND, 250), "correlated": 250, **dict.fromkeys(FUNCTIONS, 100)}


def test_the_built_in_sets() -> None:
    assert names() == NAMES
    groups = {group: [info.name for info in infos] for group, infos in grouped().items()}
    assert groups["From the lectures"] == list(LESSONS) and groups["Functions of one variable"] == list(FUNCTIONS)
    assert [name for group in groups.values() for name in group] == list(NAMES)
    assert tuple(info.name for info in catalogue()) == NAMES
    assert all(info.title and info.help and info.source and info.licence for info in catalogue())


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OWNED])
def test_a_description_keeps_its_promise(name: str) -> None:
    info, found = describe(name), load(name)
    assert found.info == info
    if name in SIZES:
        assert {len(found.train), len(found.validation), len(found.test)} == {SIZES[name]}
    for split in (found.train, found.validation, found.test):
        assert split.samples.shape[1:] == info.sample_shape
        assert split.labels.shape[1:] == info.target_shape
        assert split.samples.dtype == "float32"
        assert split.labels.dtype == ("int64" if info.classes else "float32")
        assert not split.samples.flags.writeable and not split.labels.flags.writeable


def test_options_are_complete_and_canonical() -> None:
    assert parse("spiral") == ("spiral", {"noise": 0, "seed": 0})
    assert parse(" spiral: seed=3 , noise=0 ") == ("spiral", {"noise": 0, "seed": 3})
    assert resolve("spiral:seed=1,noise=5")[1].name == "spiral:noise=5,seed=1"
    assert describe("spiral:noise=0,seed=0").name == "spiral"
    assert load("spiral:noise=0") is load("spiral")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("digit", "There is no dataset called ‘digit’: did you mean ‘digits’?"),
        ("", "There is no dataset called ‘’: there are: " + ", ".join(sorted(NAMES)) + "."),
        ("spiral:nois=1", "Dataset ‘spiral’: there is no option called ‘nois’: did you mean ‘noise’?"),
        ("spiral:zzz=1", "Dataset ‘spiral’: there is no option called ‘zzz’: there are: noise, seed."),
        ("spiral:noise=60", "Dataset ‘spiral’: noise is ‘60’, and it takes a whole number from 0 to 50."),
        ("spiral:noise=-1", "Dataset ‘spiral’: noise is ‘-1’, and it takes a whole number from 0 to 50."),
        ("spiral:noise", "Dataset ‘spiral’: noise is ‘’, and it takes a whole number from 0 to 50."),
        ("spiral:noise=1.5", "Dataset ‘spiral’: noise is ‘1.5’, and it takes a whole number from 0 to 50."),
        ("spiral:seed=1_0", "Dataset ‘spiral’: seed is ‘1_0’, and it takes a whole number from 0 to 2,147,483,647."),
        ("spiral:seed=1,seed=2", "Dataset ‘spiral’: seed is given twice: leave one out."),
        ("digits:noise=1", "Dataset ‘digits’: it has no options, and ‘noise=1’ was given: leave it out."),
    ],
)
def test_names_that_are_refused(name: str, sentence: str) -> None:
    with pytest.raises(DataError) as refusal:
        parse(name)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("path", ["C:\\pictures", "C:\\a=1\\b", "/no/such/place", "no/such", "D:/x=1"])
def test_paths_hold_no_options(path: str) -> None:
    assert parse(path) == (path, {"size": 0})
    assert parse(f"{path}:size=28") == (path, {"size": 28})


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=30))
def test_any_text_is_a_name_or_a_sentence(text: str) -> None:
    try:
        base, options = parse(text)
    except DataError:
        return
    assert base in text and all(isinstance(value, int) for value in options.values())


@settings(deadline=None)  # the machine may be busy
@given(st.integers(0, 50), st.integers(0, 2**31 - 1))
def test_a_canonical_name_means_the_same(noise: int, seed: int) -> None:
    reference = resolve(f"xor:seed={seed},noise={noise}")[1]
    assert resolve(reference.name)[1] == reference


def test_two_sets_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two datasets are called digits"):
        register(resolve("digits")[0])


def test_the_cache_is_bounded_by_count_and_by_memory() -> None:
    sets = [load(f"xor:seed={seed}") for seed in range(3)]
    by_count, by_memory = _Loaded(2, 1 << 30), _Loaded(9, 1)
    for index, each in enumerate(sets):
        by_count.put(index, each)
        by_memory.put(index, each)
    assert [by_count.get(index) is not None for index in range(3)] == [False, True, True]
    assert [by_memory.get(index) is not None for index in range(3)] == [False, False, True]
