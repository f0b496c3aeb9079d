//! Every method, with parameters that reach every pass.

use super::common::Recipe;

/// Where signs are elected the weights are such that no sum of weighted differences is rounded, which could turn a tie.
pub fn recipes() -> Vec<Recipe> {
    [averages(), directions(), task_vectors(), choices()].concat()
}

fn averages() -> Vec<Recipe> {
    vec![
        Recipe::new("linear").model("weight", &[0.3, -0.2, 0.9]),
        Recipe::new("linear").model("weight", &[1.0, 2.0, 4.0]).shared("normalize", 0.0),
        Recipe::new("passthrough").model("scale", &[0.7]),
        Recipe::new("task_arithmetic").model("weight", &[0.5, -0.3]).shared("lambda", 0.8),
        Recipe::new("task_arithmetic").model("weight", &[0.5, 0.3]).shared("normalize", 1.0),
        Recipe::new("nearswap").shared("t", 0.01),
        Recipe::new("ram").shared("epsilon", 0.02),
        Recipe::new("ramplus_tl").shared("epsilon", 0.05).shared("r", 0.3).shared("alpha", 5.0),
    ]
}

fn directions() -> Vec<Recipe> {
    let nuslerp = || Recipe::new("nuslerp").model("weight", &[0.7, 0.2]);
    vec![
        Recipe::new("slerp").shared("t", 0.3),
        nuslerp(),
        nuslerp().shared("nuslerp_flatten", 0.0),
        nuslerp().shared("nuslerp_flatten", 0.0).shared("nuslerp_row_wise", 1.0),
        Recipe::new("nuslerp").with_base().model("weight", &[0.7, 0.2]),
        Recipe::new("nuslerp").with_base().model("weight", &[0.7, 0.2]).shared("nuslerp_flatten", 0.0),
        Recipe::new("multislerp").model("weight", &[0.5, 0.3, 0.9]),
        Recipe::new("multislerp").with_base().model("weight", &[0.5, 0.3]).shared("normalize_weights", 0.0),
        Recipe::new("karcher"),
        Recipe::new("model_stock"),
        Recipe::new("model_stock").shared("filter_wise", 1.0),
    ]
}

fn task_vectors() -> Vec<Recipe> {
    vec![
        Recipe::new("ties").model("weight", &[0.5, 0.75]).model("density", &[0.5, 0.13]),
        Recipe::new("ties")
            .model("weight", &[0.5, 0.75])
            .model("density", &[0.2, 0.9])
            .shared("rescale", 1.0),
        Recipe::new("ties")
            .model("weight", &[1.0, 2.0])
            .model("density", &[0.4, 1.0])
            .shared("sign_election", 1.0),
        Recipe::new("ties")
            .model("weight", &[1.0, 2.0])
            .model("density", &[0.4, 0.6])
            .shared("normalize", 0.0),
        Recipe::new("dare_linear").model("weight", &[0.5, 0.7]).model("density", &[0.5, 0.1]),
        Recipe::new("dare_linear")
            .model("weight", &[0.5, 0.7])
            .model("density", &[0.5, 0.1])
            .shared("rescale", 2.0),
        Recipe::new("dare_ties").model("weight", &[0.5, 0.75]).model("density", &[0.5, 0.8]),
        Recipe::new("dare_ties")
            .model("weight", &[0.5, 0.75])
            .model("density", &[0.5, 1.0])
            .shared("rescale", 0.0),
        Recipe::new("della").model("weight", &[0.5, 0.75]).model("density", &[0.5, 0.7]),
        Recipe::new("della")
            .model("weight", &[0.5, 0.75])
            .model("density", &[0.5, 1.0])
            .model("epsilon", &[0.3, 0.1])
            .shared("rescale", 0.0),
        Recipe::new("della_linear").model("weight", &[0.5, 0.7]).model("density", &[0.3, 0.6]),
        Recipe::new("breadcrumbs").model("weight", &[0.5, 0.7]).model("density", &[0.4, 0.8]),
        Recipe::new("breadcrumbs")
            .model("weight", &[0.5, 0.7])
            .model("density", &[0.95, 1.0])
            .model("gamma", &[0.2, 0.1])
            .shared("rescale", 1.0),
        Recipe::new("breadcrumbs_ties")
            .model("weight", &[0.5, 0.75])
            .model("density", &[0.4, 0.8])
            .model("gamma", &[0.0, 0.3]),
    ]
}

fn choices() -> Vec<Recipe> {
    vec![Recipe::new("sce"), Recipe::new("sce").shared("select_topk", 0.3), Recipe::new("arcee_fusion")]
}
