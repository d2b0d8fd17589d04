"""Results as lines for people."""

from typing import Any

from elastic_infogan_tf.settings.config import Config


def as_text(results: dict[str, Any]) -> str:
    """Returns results as lines for people."""
    config = Config.from_json(results["run"]["config"]).flat()
    settings = results["settings"]
    head = f"{config['dataset']}, {config['method']}, step {results['step']}"
    lines = [f"evaluation: {head} (epoch {results['epoch']:g})"]
    if results["classifier"]:
        classifier = results["classifier"]
        lines.append(
            f"  classifier        {classifier['name']}, held-out accuracy "
            f"{classifier['accuracy']:.4f} on {classifier['held_out_images']} images"
        )
        lines += _generated_lines(results["generated"], settings["images_per_code"])
        q, one_nn = results["q"], results["one_nn"]
        lines += [
            f"  Q on real images  NMI {q['nmi']:.4f}, ARI {q['ari']:.4f}, "
            f"accuracy under the best matching {q['matched_accuracy']:.4f}",
            f"  1-NN accuracy     {one_nn['accuracy']:.4f} on {one_nn['queries']} queries; "
            f"randomly initialised Q {one_nn['random_q_accuracy']:.4f}",
        ]
    lines += _prior_lines(results)
    return "\n".join(lines + [f"  warning: {warning}" for warning in results["warnings"]])


def _generated_lines(generated: dict[str, Any], images_per_code: int) -> list[str]:
    diversity = generated["mean_relative_diversity"]
    varied = "unknown" if diversity is None else f"{diversity:.3f}"
    return [
        f"  generated images  NMI {generated['nmi']:.4f}, ENT {generated['ent']:.4f} nats, "
        f"{generated['missing_classes']} classes never generated ({images_per_code} images a code)",
        f"  their quality     Frechet distance {generated['frechet_distance_classifier']:.2f}, "
        f"KID {generated['kid_classifier']:.4f} on the classifier's features, "
        f"diversity {varied} of the real classes'",
    ]


def _prior_lines(results: dict[str, Any]) -> list[str]:
    prior = results["prior"]
    if prior["total_variation"] is None:
        shown = " ".join(f"{p:.3f}" for p in prior["probabilities"])
        return [f"  prior             {shown}"]
    names = results["run"]["data"]["class_names"]
    lines = [
        f"  prior             total variation {prior['total_variation']:.4f}, "
        f"RMSE {prior['rmse']:.4f} from the true proportions",
        "  code  prior   class (true proportion)",
    ]
    for code, (p, label) in enumerate(
        zip(prior["probabilities"], prior["matched_classes"], strict=True)
    ):
        shown = "-" if label < 0 else f"{names[label]} ({prior['true_proportions'][label]:.4f})"
        lines.append(f"  {code:>4}  {p:.4f}  {shown}")
    return lines
