"""Saved states: a stopped training goes on as if it had never been stopped, and is not taken for another one."""

import signal

import pytest
import torch

from tests.support.training import Stop, fit_mixed, make_config, make_network, same_weights, stop_after
from wss_core.run_options import STATE


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_stopped_training_goes_on_as_if_it_had_not_been(steps, tmp_path):
    """To the bit, also when it is stopped where it is validated."""
    whole = fit_mixed()
    with pytest.raises(Stop):
        fit_mixed(tmp_path, progress=stop_after(steps))
    resumed = fit_mixed(tmp_path, resume=True)
    assert same_weights(whole, resumed)
    assert not same_weights(whole, make_network())


def test_a_state_of_an_older_version_is_resumed(tmp_path):
    """Before 2026-12 the auxiliary decoder was called "second", here also in the best weights and the teacher."""
    with pytest.raises(Stop):
        fit_mixed(tmp_path, progress=stop_after(3))
    state = torch.load(tmp_path / STATE, weights_only=True)
    for weights in (state["model"], state["teacher"], state["best"]["weights"]):
        new_names = [name for name in weights if name.startswith("auxiliary_decoder.")]
        assert new_names
        for name in new_names:
            weights[name.replace("auxiliary_decoder.", "second.")] = weights.pop(name)
    torch.save(state, tmp_path / STATE)
    assert same_weights(fit_mixed(), fit_mixed(tmp_path, resume=True))


def test_a_state_holds_the_names_by_which_older_versions_saved(tmp_path):
    """Renaming one of these ends every stopped training."""
    with pytest.raises(Stop):
        fit_mixed(tmp_path, progress=stop_after(3))
    state = torch.load(tmp_path / STATE, weights_only=True)
    parts = {"model", "teacher", "rule", "rates", "scaler", "best"}
    assert set(state) == {"about", "figures", "step", "seconds"} | parts
    assert set(state["best"]) == {"found", "weights", "waited"}
    config = {
        "steps",
        "batch",
        "crop",
        "side",
        "channels",
        "rate",
        "seed",
        "decay",
        "every",
        "patience",
        "zoom",
        "turn",
    }
    assert set(state["about"]) == config | {"terms", "classes", "images"}


def test_the_state_is_saved_now_and_then(tmp_path):
    with pytest.raises(Stop):
        fit_mixed(tmp_path, save_every=0, progress=stop_after(3))
    assert torch.load(tmp_path / STATE, weights_only=True)["step"] == 3
    assert not list(tmp_path.glob(".*"))


def test_a_state_is_not_overwritten_nor_taken_for_another_training(tmp_path):
    with pytest.raises(Stop):
        fit_mixed(tmp_path, progress=stop_after(2))
    with pytest.raises(ValueError, match="holds a training stopped at step 2. Go on with resume, or delete it"):
        fit_mixed(tmp_path)
    with pytest.raises(ValueError, match="is of a training with another rate. Start it as before"):
        fit_mixed(tmp_path, make_config(rate=0.5), resume=True)
    (tmp_path / STATE).write_bytes(b"no state")
    with pytest.raises(ValueError, match="state.pt is damaged .* Delete it and start anew"):
        fit_mixed(tmp_path, resume=True)
    with pytest.raises(ValueError, match="there is no .*state.pt to go on from"):
        fit_mixed(tmp_path / "elsewhere", resume=True)


def test_ctrl_c_waits_for_the_end_of_the_step_and_saves(tmp_path):
    def press(step, total, figures):
        if step == 2:
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        fit_mixed(tmp_path, progress=press)
    assert signal.getsignal(signal.SIGINT) is before
    assert torch.load(tmp_path / STATE, weights_only=True)["step"] == 2
    assert same_weights(fit_mixed(), fit_mixed(tmp_path, resume=True))
