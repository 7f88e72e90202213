"""The arguments of the commands that ask what explanations are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # that module adds these commands to its own
    from cnnlab.cli.arguments import _Adder


def evidence_commands(add: _Adder) -> None:
    _score(add)
    _sanity(add)
    _timeline(add)
    _mistakes(add)
    _laboratory(add)


def _score(add: _Adder) -> None:
    parser = add.command("score", "score:score")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--methods", metavar="A,B", help=add.help("score_methods"))
    parser.add_argument("--images", type=int, default=32, metavar="N", help=add.help("score_images"))
    parser.add_argument("--pick", default="any", metavar="PICK", help=add.help("explain_pick"))
    parser.add_argument("--true-class", metavar="CLASS", help=add.help("explain_true_class"))
    parser.add_argument("--layer", metavar="LAYER", help=add.help("explain_layer"))
    parser.add_argument("--set", action="append", default=[], metavar="METHOD.NAME=VALUE", help=add.help("score_set"))
    parser.add_argument("--slow", action="store_true", help=add.help("score_slow"))
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=add.help("score_seed"))
    parser.add_argument("--sort", metavar="SCORE", help=add.help("score_sort"))
    parser.add_argument("--out", metavar="CSV|JSON", help=add.help("score_out"))


def _sanity(add: _Adder) -> None:
    parser = add.command("sanity", "sanity:sanity")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--methods", metavar="A,B", help=add.help("sanity_methods"))
    parser.add_argument("--images", type=int, default=16, metavar="N", help=add.help("sanity_images"))
    parser.add_argument("--draws", type=int, default=5, metavar="N", help=add.help("sanity_draws"))
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=add.help("sanity_seed"))
    labels = parser.add_mutually_exclusive_group()
    labels.add_argument("--labels", metavar="RUN", help=add.help("sanity_labels"))
    labels.add_argument("--train-labels", action="store_true", help=add.help("sanity_train_labels"))
    parser.add_argument("--out", metavar="PNG", help=add.help("sanity_out"))


def _mistakes(add: _Adder) -> None:
    parser = add.command("mistakes", "mistakes:mistakes")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--kind", default="mistakes", metavar="KIND", help=add.help("mistakes_kind"))
    parser.add_argument("--limit", type=int, default=20, metavar="N", help=add.help("mistakes_limit"))
    parser.add_argument("--true-class", metavar="CLASS", help=add.help("mistakes_true_class"))
    parser.add_argument("--predicted-class", metavar="CLASS", help=add.help("mistakes_predicted_class"))
    parser.add_argument("--state", metavar="STATE", help=add.help("mistakes_state"))
    parser.add_argument("--method", metavar="METHOD", help=add.help("mistakes_method"))
    parser.add_argument("--out", metavar="CSV|HTML", help=add.help("mistakes_out"))
    parser = add.command("review", "review:review")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("index", nargs="?", type=int, metavar="INDEX", help=add.help("review_index"))
    parser.add_argument("--state", metavar="STATE", help=add.help("review_state"))
    parser.add_argument("--note", metavar="TEXT", help=add.help("review_note"))
    parser.add_argument("--tag", action="append", metavar="NAME[=VALUE]", help=add.help("review_tag"))
    parser.add_argument("--untag", action="append", metavar="NAME", help=add.help("review_untag"))
    parser.add_argument(
        "--split", default="test", choices=("train", "validation", "test"), help=add.help("review_split")
    )
    parser.add_argument("--undo", action="store_true", help=add.help("review_undo"))
    parser.add_argument("--list", action="store_true", help=add.help("review_list"))


def _laboratory(add: _Adder) -> None:
    parser = add.command("laboratory", "laboratory:laboratory")
    parser.add_argument("--variant", default="shortcut", metavar="VARIANT", help=add.help("laboratory_variant"))
    parser.add_argument("--samples", type=int, default=2000, metavar="N", help=add.help("laboratory_samples"))
    parser.add_argument("--epochs", type=int, default=10, metavar="N", help=add.help("laboratory_epochs"))
    parser.add_argument("--share", type=float, default=1.0, metavar="SHARE", help=add.help("laboratory_share"))
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=add.help("laboratory_seed"))
    parser.add_argument("--images", type=int, default=60, metavar="N", help=add.help("laboratory_images"))
    parser.add_argument("--methods", metavar="A,B", help=add.help("laboratory_methods"))
    parser.add_argument("--out", metavar="JSON", help=add.help("laboratory_out"))


def _timeline(add: _Adder) -> None:
    parser = add.command("timeline", "timeline:timeline")
    parser.add_argument("runs", nargs="+", metavar="RUN", help=add.help("timeline_runs"))
    parser.add_argument("--method", default="grad_cam", metavar="METHOD", help=add.help("timeline_method"))
    parser.add_argument("--images", type=int, default=8, metavar="N", help=add.help("timeline_images"))
    parser.add_argument("--out", metavar="PNG", help=add.help("timeline_out"))
