"""How many clusters there are: what each number of them explains, and whether it is stable."""

from elastic_infogan_tf.clustering.number import NumberCurve
from elastic_infogan_tf.evaluation.figures import style


def draw_cluster_count(curve: NumberCurve, title: str) -> bytes:
    """Draws three panels over the number of clusters, the recommended one marked.

    Args:
        curve: over the numbers.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    counts, recommended = curve.numbers, curve.recommended
    panels = (
        ("mutual information\nin the graph, nats", curve.mutual_information),
        ("gain per added\ncluster, nats", curve.gain),
        ("stability", curve.stability),
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
        (height,) = curve.mutual_information[counts == recommended]
        places[0].plot(recommended, height, "o", color="tab:red")
        places[0].annotate(
            f"recommended: {recommended}",
            (recommended, height),
            textcoords="offset points",
            xytext=(6, -12),
            fontsize=8,
            color="tab:red",
        )
        figure.suptitle(style.heading(title, 7), fontsize=9)
        return style.to_png(figure, dpi=120)
