"""The training step: how the weight of the teacher's terms rises."""

from wss_core.training.train_step import TrainStep


def test_terms_that_need_the_teacher_come_in_slowly():
    train_step = TrainStep({"cross_entropy": 1.0, "agreement": 0.3}, encoder_channels=0, seed=0, ramp=4)
    assert [train_step.weights_at(step)["agreement"] for step in (0, 2, 4, 9)] == [0, 0.15, 0.3, 0.3]
    assert train_step.weights_at(0)["cross_entropy"] == 1.0
    assert TrainStep({"agreement": 1.0}, encoder_channels=0, seed=0).weights_at(0) == {"agreement": 1.0}
