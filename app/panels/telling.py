"""What session and run have to say, in the message bar: refusals with repairs, what stopped a run, how to go on."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from app.panels.bottom import LOG
from app.panels.message_bar import MessageBar
from app.session import Session
from app.worker.control import RunControl
from app.worker.standing import over
from nodes.build import place
from nodes.edits import set_recipe
from nodes.problems import Problem, Refusal, Repair

#: A rate to go back to when a run has exploded.
USUAL_RATE = {"Adam": 0.001}
#: How many epochs more are on offer when a recipe has run to its end.
MORE = 10
#: How many weights are named in a sentence.
MOST = 6
#: What is said of a run holds until the next one begins; what broke it, until that is mended; that it is at its end, as long
#: as that is so.
RUN, TROUBLE, END = "run", "trouble", "end"


class Telling(QObject):
    """Listens, and finds the words."""

    def __init__(self, window: Any, session: Session, control: RunControl, messages: MessageBar) -> None:
        super().__init__(window)
        self._window, self._session, self._control, self._messages = window, session, control, messages
        session.refused.connect(self._on_refused)
        session.let_go.connect(self._on_let_go)
        session.document_changed.connect(lambda _: self._take_back_what_is_over())
        control.said.connect(lambda level, sentence: messages.say(level, sentence, topic=RUN))
        control.reset.connect(lambda _: messages.take_back(RUN))
        control.stumbled.connect(self._on_stumbled)
        control.exhausted.connect(self._on_exhausted)

    def _on_refused(self, refusal: Refusal) -> None:
        ways = tuple((r.title, lambda r=r: self._session.do(r.title, r.edit)) for r in refusal.repairs)
        self._messages.say("warn", str(refusal), ways)

    def _on_let_go(self, anew: list[str]) -> None:
        shown = ", ".join(anew[:MOST]) + (f" and {len(anew) - MOST} more" if len(anew) > MOST else "")
        then = f"at the next Train these start anew: {shown}" if anew else "all of them fit"
        what = "The weights of that time were let go, to keep memory free, and those of now are kept instead"
        self._messages.say("info", f"{what}: {then}.")

    def _on_stumbled(self, problem: object) -> None:
        """Training found a number that is not finite: show where, and offer a smaller step."""
        session, id = self._session, getattr(problem, "layer", "")
        node = session.document.unfolded.document.nodes.get(id)
        at = session.document.standing
        stage = session.document.recipe.stages[at]
        rate = min(stage.learning_rate / 10, USUAL_RATE.get(stage.updates[0].optimizer, 0.01))
        repair = Repair(f"Set the learning rate to {rate:g}", lambda d: set_recipe(d, at, learning_rate=rate))
        where = place(node) if node else "Training"
        session.reveal(id) if node else session.select([])
        sentence = getattr(problem, "sentence", "")
        session.note_trouble(Problem(id if node else "", where, sentence, "advice", (repair,)))
        mend = (repair.title, lambda: session.do(repair.title, repair.edit))
        self._messages.say("err", sentence, (mend,), topic=TROUBLE)

    def _take_back_what_is_over(self) -> None:
        if not self._session.troubled:
            self._messages.take_back(TROUBLE)
        if not over(self._session.document):
            self._messages.take_back(END)

    def _on_exhausted(self, sentence: str) -> None:
        more = (f"Train {MORE} more epochs", lambda: self._control.more(MORE))
        self._messages.say("info", sentence, (more, ("Start anew", self._control.anew)), topic=END)

    def mistake(self, sentence: str, details: str) -> None:
        """A mistake of the program itself: a sentence, and the details in the log."""
        bottom = self._window.bottom
        bottom.log.write(details)
        self._messages.say("err", sentence, (("Show the log", lambda: bottom.show_tab(LOG)),))
