"""How many clusters there are: what each number of them explains, and whether it is stable."""

import numpy as np

from elastic_infogan_tf.evaluation.figures import style


def draw_cluster_count(
    counts: np.ndarray,
    information: np.ndarray,
    gains: np.ndarray,
    stability: np.ndarray,
    recommended: int,
    title: str,
) -> bytes:
    """Draws three panels over the number of clusters, the recommended one marked.

    Args:
        counts: int `[m]`, numbers of clusters K, ascending.
        information: float `[m]`, mutual information of a point's and its neighbours' cluster, nats.
        gains: float `[m]`, what the last added clusters brought of it, nats per cluster; NaN where
            there is none, as at the first.
        stability: float `[m]`, agreement of several tries, 1 is the same each time; NaN where it
            was not measured.
        recommended: one of `counts`.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    panels = (
        ("mutual information\nin the graph, nats", information),
        ("gain per added\ncluster, nats", gains),
        ("stability", stability),
    )
    with style.figure(7, 6.5) as figure:
        places = figure.subplots(len(panels), 1, sharex=True)
        for axes, (name, values) in zip(places, panels, strict=True):
            axes.plot(counts, values, ".-", markersize=6)
            axes.axvline(recommended, color="tab:red", linewidth=1, linestyle="--")
            axes.set_ylabel(name, fontsize=8)
            axes.grid(alpha=0.3)
        places[1].axhline(0, color="gray", linewidth=0.8, linestyle=":")
        places[-1].set_xlabel("number of clusters")
        places[-1].xaxis.get_major_locator().set_params(integer=True)
        at = list(counts).index(recommended)
        places[0].plot(recommended, information[at], "o", color="tab:red")
        places[0].annotate(
            f"recommended: {recommended}",
            (recommended, information[at]),
            textcoords="offset points",
            xytext=(6, -12),
            fontsize=8,
            color="tab:red",
        )
        figure.suptitle(style.heading(title, 7), fontsize=9)
        return style.to_png(figure, dpi=120)
