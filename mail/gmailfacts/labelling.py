"""Checks that make labels of their own and take them away again: what ラベル relies on."""

from __future__ import annotations

from callcenter.gmail.errors import GmailError, Refused
from callcenter.gmail.types import Label
from mail.gmailfacts.fact import Finding, Need, differs, fact, holds
from mail.gmailfacts.trial import Trial

_COLOURS = ("#cc3a21", "#ffffff")


def _read(trial: Trial, *ids: str) -> dict[str, Label]:
    return {label.id: label for label in trial.client.list_labels() if label.id in ids}


@fact(
    "label-colours",
    expected="a colour is shown as it was set, and labels.patch with color null takes it away",
    relied="色 of a label is the same on both sides, also when it is 色なし (L2)",
    need=Need.WRITE,
)
def label_colours(trial: Trial) -> Finding:
    background, text = _COLOURS
    label = trial.own_label("colour", background=background, text_color=text)
    set_to = _read(trial, label)[label]
    try:
        trial.client.patch_label(label, background="", text_color="")
    except Refused as error:
        return differs(f"color null is refused: {error.message}")
    left = _read(trial, label)[label]
    seen = f"set {set_to.background}/{set_to.text_color}, then {left.background or 'none'}"
    right = (set_to.background, set_to.text_color) == _COLOURS and not left.background
    return holds(seen) if right else differs(seen)


@fact(
    "label-family",
    expected="a label that is renamed leaves its sub-labels' names alone or moves them along, "
    "and a rename to the name that a label has is no error",
    relied="a rename is asked for label by label, children after their parent (L1)",
    need=Need.WRITE,
)
def label_family(trial: Trial) -> Finding:
    parent = trial.own_label("parent")
    child = trial.own_label("parent/child")
    names = _read(trial, parent, child)
    new = f"{names[parent].name}-new"
    trial.client.patch_label(parent, name=new)
    between = _read(trial, child)[child].name
    try:
        trial.client.patch_label(child, name=f"{new}/child")
        trial.client.patch_label(child, name=f"{new}/child")
    except GmailError as error:
        return differs(f"the child could not follow: {error}")
    moved = _read(trial, parent, child)
    seen = f"in between the child was {'moved along' if between.startswith(new) else 'left alone'}"
    right = {moved[parent].name, moved[child].name} == {new, f"{new}/child"}
    return holds(seen) if right else differs(f"{seen}; now {moved[child].name}")
