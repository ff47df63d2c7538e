//! Ready experiments.

mod orders;

use iterscope_core::Preset;

const fn preset(id: &'static str, label: &'static str, summary: &'static str, json: &'static str) -> Preset {
    Preset { id, label, summary, json }
}

/// The default first.
pub(crate) static PRESETS: &[Preset] = &[
    preset(
        "ranking.world-cup",
        "World Cup 2022",
        "All 64 matches of a real tournament, ties as half a win, with a prior because two teams lost every match. The bars \
         swap places while the methods settle; Newton's needs the fewest steps and the most work for each.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:world-cup-2022", "params": {"estimate": "map"}},
          "runs": [{"method": "ranking.newman"}, {"method": "ranking.zermelo"}, {"method": "ranking.newton"}],
          "stop": {"rtol": 1e-10}}"#,
    ),
    preset(
        "ranking.alpha-family",
        "From Zermelo to Newman",
        "Which journal cites which (Stigler 1994): one family of iterations, from Zermelo's (alpha = 1) to Newman's (alpha = 0). \
         Every pass costs the same, and each step towards 0 is faster. The dashed lines are the rates expected beforehand.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:citations"},
          "runs": [{"method": "ranking.newman", "params": {"alpha": 1}}, {"method": "ranking.newman", "params": {"alpha": 0.75}},
            {"method": "ranking.newman", "params": {"alpha": 0.5}}, {"method": "ranking.newman", "params": {"alpha": 0.25}},
            {"method": "ranking.newman"}],
          "stop": {"rtol": 1e-12}}"#,
    ),
    preset(
        "ranking.two-cycle",
        "All at once: a cycle",
        "Two players, three wins to one. Updated one by one, Newman's iteration is right after one pass; updated all at once, \
         the ratio jumps between 9 and 1 for ever. Switch the update while it runs.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": {"name": "two-players.csv", "text": "winner,loser,count\nAnna,Bert,3\nBert,Anna,1\n"}},
          "runs": [{"method": "ranking.newman", "params": {"update": "simultaneous"}}, {"method": "ranking.newman"},
            {"method": "ranking.zermelo"}],
          "stop": {"rtol": 1e-12, "max_steps": 200}}"#,
    ),
    preset(
        "ranking.map-common-scale",
        "The slow mode of MAP",
        "With a prior the common scale of all strengths is no longer free, and it is what converges last. Moving all strengths \
         by one factor after each pass removes that mode.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 60, "games": 9000, "spread": 1, "estimate": "map"}},
          "runs": [{"method": "ranking.newman"}, {"method": "ranking.newman", "params": {"rescale": false}},
            {"method": "ranking.zermelo"}, {"method": "ranking.zermelo", "params": {"rescale": false}}],
          "seed": 1, "stop": {"rtol": 1e-10, "max_steps": 20000}}"#,
    ),
    preset(
        "ranking.infinite",
        "An infinite estimate",
        "The same World Cup by maximum likelihood: who lost every match has strength 0, and strengths drift for ever, each method \
         in its own way. The note names the teams; MAP or the largest part is one click away.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:world-cup-2022"},
          "runs": [{"method": "ranking.newman"}, {"method": "ranking.zermelo"}, {"method": "ranking.newton"}],
          "stop": {"max_steps": 400}}"#,
    ),
    preset(
        "ranking.wide",
        "A hundredfold",
        "Twenty players of very different strength, one of them nearly unbeatable: Zermelo's iteration takes thousands of passes, \
         Newman's over a hundred times fewer, Newton's method a handful of expensive steps. Compare by steps and by work.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 20, "games": 200000, "spread": 2.5}},
          "runs": [{"method": "ranking.newman"}, {"method": "ranking.zermelo"}, {"method": "ranking.newton"}],
          "seed": 1, "stop": {"rtol": 1e-10, "max_steps": 20000}}"#,
    ),
    preset(
        "ranking.ladder",
        "A ladder",
        "Twelve players, each meeting only the neighbours in strength. Corrections travel one rung a pass, so both fixed-point \
         methods are slow; Newton's method solves for all rungs at once.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 12, "games": 100000, "spread": 2, "pairing": "neighbours"}},
          "runs": [{"method": "ranking.newman"}, {"method": "ranking.zermelo"}, {"method": "ranking.newton"}],
          "seed": 2, "stop": {"rtol": 1e-10, "max_steps": 20000}}"#,
    ),
    preset(
        "ranking.ties-half",
        "Ties as half a win",
        "Twelve players who tie often. Each tie is half a win to both sides; compare the strengths with those of Davidson's \
         model on the same games.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 12, "games": 600, "spread": 1, "tie_rate": 0.4}},
          "runs": [{"method": "ranking.newman"}, {"method": "ranking.zermelo"}],
          "seed": 5, "stop": {"rtol": 1e-10}}"#,
    ),
    preset(
        "ranking.ties-davidson",
        "Ties as an outcome",
        "The same games, ties being an outcome of their own, whose strength nu is estimated along with the players' (the games \
         were drawn with nu = 2/3).",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic",
            "params": {"players": 12, "games": 600, "spread": 1, "tie_rate": 0.4, "ties": "davidson"}},
          "runs": [{"method": "ranking.newman"}, {"method": "ranking.zermelo"}, {"method": "ranking.newton"}],
          "seed": 5, "stop": {"rtol": 1e-10}}"#,
    ),
    preset(
        "ranking.golden",
        "Forty players, from a seed",
        "A set that any language can rebuild from its seed, with passes and likelihoods known from an independent program; see the \
         paper check.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 40, "games": 1200, "spread": 0.5}},
          "runs": [{"method": "ranking.newman"}, {"method": "ranking.newman", "params": {"alpha": 0.5}}, {"method": "ranking.zermelo"}],
          "seed": 2023, "stop": {"rtol": 1e-10}}"#,
    ),
    preset(
        "ranking.large",
        "Five thousand players",
        "100,000 games between 5,000 players, of whom the few that always won or always lost are left out. Everything is kept by \
         the pairs that met, so a pass takes about a millisecond.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 5000, "games": 100000, "spread": 0.5, "part": "largest"}},
          "runs": [{"method": "ranking.newman"}, {"method": "ranking.zermelo"}, {"method": "ranking.newton"}],
          "seed": 7}"#,
    ),
    preset(
        "ranking.climbers",
        "Five ways to climb",
        "Thirty players, one pass over the games a step (two for Nesterov): gradient ascent, with momentum, with a \
         memory of past steps, one coordinate at a time, and pair by pair in random order, where the last \
         digits never come. Newman's iteration for comparison.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 30, "games": 3000, "spread": 0.7}},
          "runs": [{"method": "ranking.gradient"}, {"method": "ranking.nesterov"}, {"method": "ranking.lbfgs"},
            {"method": "ranking.coordinate-descent"}, {"method": "ranking.sgd"}, {"method": "ranking.newman"}],
          "seed": 1, "stop": {"rtol": 1e-10, "max_steps": 1000}}"#,
    ),
    preset(
        "ranking.momentum",
        "Momentum on a ladder",
        "Twelve players, each meeting only the neighbours in strength: gradient ascent creeps, momentum runs and overshoots in \
         ripples, and restarting it removes them. Compare with L-BFGS, which remembers instead.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 12, "games": 5000, "spread": 1, "pairing": "neighbours"}},
          "runs": [{"method": "ranking.gradient"}, {"method": "ranking.nesterov", "params": {"restart": "none"}},
            {"method": "ranking.nesterov"}, {"method": "ranking.lbfgs"}, {"method": "ranking.lbfgs", "params": {"memory": 2}}],
          "seed": 2, "stop": {"rtol": 1e-10, "max_steps": 5000}}"#,
    ),
    preset(
        "ranking.whom-first",
        "Whom to correct first",
        "Sixty players. Always correcting the item with the largest gradient needs fewer corrections than taking all in turn; \
         Newman's single quotient does nearly the same for a fraction of the work. Beside them, steps for random pairs: \
         fading, of constant length, and for pairs that are drawn with repetition.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 60, "games": 2500, "spread": 1, "part": "largest"}},
          "runs": [{"method": "ranking.coordinate-descent", "params": {"order": "greedy"}}, {"method": "ranking.coordinate-descent"},
            {"method": "ranking.newman"}, {"method": "ranking.sgd"}, {"method": "ranking.sgd", "params": {"decay": 0}},
            {"method": "ranking.sgd", "params": {"order": "drawn"}}],
          "seed": 3, "stop": {"rtol": 1e-10, "max_steps": 400}}"#,
    ),
    preset(
        "ranking.second-order",
        "How far along Newton's direction",
        "Forty players: Newton's method with a line search, with explicit lengths, in a trust region, and with a Hessian that is \
         renewed every fifth step or (nearly) never. Plain Newton steps are right from the start here; the safeguards cost a few \
         steps each, and an old Hessian turns fast convergence into a straight line.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 40, "games": 1200, "spread": 0.5}},
          "runs": [{"method": "ranking.newton"}, {"method": "ranking.root-newton"},
            {"method": "ranking.root-newton", "params": {"rule": "rn-4"}}, {"method": "ranking.trust-region"},
            {"method": "ranking.lazy-newton"}, {"method": "ranking.lazy-newton", "params": {"every": 50}}],
          "seed": 2023, "stop": {"rtol": 1e-12, "max_steps": 200}}"#,
    ),
    preset(
        "ranking.trust-shapes",
        "The shape of trust",
        "Twenty players of very different strength, and a region that is small at first: the three shapes take as many steps, but \
         not as much work. Weighted by the diagonal of the Hessian the inner iterations are fewest, by the distance of p from 0 \
         and 1 most: compare by work.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 20, "games": 200000, "spread": 2.5}},
          "runs": [{"method": "ranking.trust-region", "params": {"scaling": "none", "radius": 0.1}},
            {"method": "ranking.trust-region", "params": {"radius": 0.1}},
            {"method": "ranking.trust-region", "params": {"scaling": "coleman-li", "radius": 0.1}}, {"method": "ranking.newton"},
            {"method": "ranking.root-newton"}, {"method": "ranking.lazy-newton", "params": {"every": 1}}],
          "seed": 1, "stop": {"rtol": 1e-12, "max_steps": 500}}"#,
    ),
    preset(
        "ranking.spectral",
        "Walks and potentials",
        "Which journal cites which: I-LSR takes the equilibrium of a walk as its next strengths and ends at maximum likelihood; a \
         single walk (LSR), Rank Centrality, PageRank and HodgeRank end elsewhere, each by its own rule and at its own distance. \
         Look at where the distance of p comes to rest.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:citations"},
          "runs": [{"method": "ranking.ilsr"}, {"method": "ranking.lsr"}, {"method": "ranking.rank-centrality"},
            {"method": "ranking.pagerank"}, {"method": "ranking.hodge"}, {"method": "ranking.newman"}],
          "stop": {"rtol": 1e-12}}"#,
    ),
    preset(
        "ranking.least-squares",
        "How close least squares comes",
        "Twelve players, a thousand games for each pair: with so many, fitting the log-odds by least squares comes close to maximum \
         likelihood, closest with weights by variance. Rank Centrality and LSR use the same games less well. PageRank with a \
         light and a heavy damping answers another question.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 12, "games": 66000, "spread": 0.7}},
          "runs": [{"method": "ranking.hodge", "params": {"weights": "variance"}}, {"method": "ranking.hodge"},
            {"method": "ranking.rank-centrality"}, {"method": "ranking.lsr"}, {"method": "ranking.pagerank"},
            {"method": "ranking.pagerank", "params": {"damping": 0.99}}],
          "seed": 4, "stop": {"rtol": 1e-10}}"#,
    ),
    preset(
        "ranking.online",
        "Game by game",
        "Rules that see one game after another, on games in the order of a season: Elo's, Glicko-2, and matched Gaussians, pass after \
         pass. Each comes to rest at its own distance from maximum likelihood. Move K while it runs: the smaller, the closer \
         and the slower.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 40, "games": 1200, "spread": 0.5}},
          "runs": [{"method": "ranking.elo"}, {"method": "ranking.elo", "params": {"k": 4}}, {"method": "ranking.glicko2"},
            {"method": "ranking.trueskill"}, {"method": "ranking.sgd"}, {"method": "ranking.newman"}],
          "seed": 2023, "stop": {"rtol": 1e-10}}"#,
    ),
    preset(
        "ranking.order-alone",
        "An order without strengths",
        "Thirty players: the order with the fewest games won against it, found by moving one player at a time from the table and from \
         the order of the file, beside the orders of maximum likelihood, of HodgeRank and of PageRank. Compare the bars, not \
         the distances: an order has no strengths.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 30, "games": 600, "spread": 0.5}},
          "runs": [{"method": "ranking.kemeny"}, {"method": "ranking.kemeny", "params": {"start": "file"}}, {"method": "ranking.newman"},
            {"method": "ranking.hodge"}, {"method": "ranking.pagerank"}], "seed": 6}"#,
    ),
    preset(
        "ranking.step-by-step",
        "What to do about noise",
        "Forty players, the pairs in eight parts. A constant step stays in a cloud. Schedule-free steps and DoG, which needs no step, \
         get nearly a thousand times closer without being told when to stop, and so does Adam, whose own step is short; closest come \
         schedule-free Adam and a step that falls like 1/t.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 40, "games": 1200, "spread": 0.5}},
          "runs": [{"method": "ranking.optimiser", "params": {"rule": "plain"}},
            {"method": "ranking.optimiser", "params": {"rule": "schedule-free"}},
            {"method": "ranking.optimiser", "params": {"rule": "schedule-free-adam"}},
            {"method": "ranking.optimiser", "params": {"rule": "dog"}}, {"method": "ranking.optimiser"},
            {"method": "ranking.optimiser", "params": {"rule": "plain", "decay": 0.1}}],
          "seed": 2023, "stop": {"rtol": 1e-10, "max_steps": 400}}"#,
    ),
    preset(
        "ranking.whole-gradients",
        "Six ways to use one gradient",
        "Players who meet only their neighbours in strength. Momentum is the baseline. FOSI takes Newton's step for ten of twelve \
         directions; doubly adaptive scaling finds its own step; OptEx predicts gradients and needs an eighth of the rounds, not of \
         the work. A quarter of the pairs says little about the rest, so ProxProx stays behind momentum. Random directions look good until \
         one counts their 32 passes a step.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 12, "games": 5000, "spread": 1, "pairing": "neighbours"}},
          "runs": [{"method": "ranking.optimiser", "params": {"rule": "heavy-ball", "parts": 1}}, {"method": "ranking.fosi"},
            {"method": "ranking.optimiser", "params": {"rule": "scaling", "parts": 1}},
            {"method": "ranking.optex", "params": {"base": "heavy-ball", "ahead": 8}}, {"method": "ranking.proxprox"},
            {"method": "ranking.forward-gradient"}],
          "seed": 2, "stop": {"rtol": 1e-10, "max_steps": 1000}}"#,
    ),
    preset(
        "ranking.no-step-to-choose",
        "No step to choose",
        "Sixty players, whole gradients, and rules that find their own steps: DoG is safe and slow, its accelerated form U-DoG is faster by \
         many digits, and adaptive scaling is as fast as Nesterov's method with a line search. On parts of the pairs U-DoG would diverge and is \
         refused; adaptive scaling ends in a wide cloud.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 60, "games": 2500, "spread": 1, "part": "largest"}},
          "runs": [{"method": "ranking.optimiser", "params": {"rule": "dog", "parts": 1}},
            {"method": "ranking.optimiser", "params": {"rule": "u-dog", "parts": 1}},
            {"method": "ranking.optimiser", "params": {"rule": "scaling", "parts": 1}},
            {"method": "ranking.optimiser", "params": {"rule": "scaling"}}, {"method": "ranking.nesterov"},
            {"method": "ranking.gradient"}],
          "seed": 3, "stop": {"rtol": 1e-10, "max_steps": 400}}"#,
    ),
    orders::SEASON,
    orders::GOLDEN,
    orders::WINNER_ONLY,
    orders::METHODS,
    orders::SCALE,
    orders::PARTS,
    preset(
        "ranking.mixtures",
        "Mixtures of a walk's steps",
        "On a ladder of forty, a walk takes thousands of steps to forget where it began. The best mixture of its last steps \
         (Arnoldi's process) is there after a small part of them: compare a memory of 12 with one of 40. HodgeRank has nothing to \
         explain away here, for a ladder has no cycles.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.synthetic", "params": {"players": 40, "games": 4000, "spread": 1, "pairing": "neighbours"}},
          "runs": [{"method": "ranking.hodge"}, {"method": "ranking.rank-centrality"},
            {"method": "ranking.rank-centrality", "params": {"solver": "arnoldi"}},
            {"method": "ranking.rank-centrality", "params": {"solver": "arnoldi", "memory": 40}}],
          "seed": 3, "stop": {"rtol": 1e-10, "max_steps": 20000}}"#,
    ),
    preset(
        "ranking.circles",
        "Where games contradict each other",
        "Three teams that beat one another in a cycle, five more in a longer cycle, and two games between the groups. No ranking \
         explains a cycle: HodgeRank says how much of the results runs around triangles, and how much around the hole inside the \
         longer circle.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": {"name": "cycles.csv", "text":
            "winner,loser,count\nAnna,Bert,4\nBert,Cara,4\nCara,Anna,3\nAnna,Cara,1\nDora,Emil,4\nEmil,Finn,3\nFinn,Gina,4\nGina,Hans,4\nHans,Dora,3\nAnna,Dora,2\nDora,Anna,1\n"}},
          "runs": [{"method": "ranking.hodge"}, {"method": "ranking.hodge", "params": {"weights": "variance"}},
            {"method": "ranking.newman"}],
          "stop": {"rtol": 1e-12, "max_steps": 500}}"#,
    ),
    preset(
        "ranking.nearest-metric",
        "Triangles that do not close",
        "A random table of twenty: in many triangles one side is longer than the other two together. Project and Forget finds the \
         worst by shortest paths and ends with 125 constraints in memory; Dykstra's projections need 3420 for the same table. The \
         picture of the excess goes dark as triangles close.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.metric-repair"},
          "runs": [{"method": "ranking.project-and-forget"}, {"method": "ranking.project-and-forget", "params": {"sweeps": 8}},
            {"method": "ranking.dykstra"}],
          "seed": 120, "stop": {"rtol": 1e-9, "max_steps": 1000}}"#,
    ),
    preset(
        "ranking.metric-flavours",
        "Flavours as places",
        "How far apart two flavours are by the judgements of these two alone. If one scale of strengths explained all of them, these \
         were distances along a line; 25 of 36 pairs are further apart than some detour. The table of results names the pairs that \
         have to give way most: that is where the judgements are cyclic.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.metric-repair", "data": "sample:flavours"},
          "runs": [{"method": "ranking.project-and-forget"}, {"method": "ranking.dykstra"}],
          "stop": {"rtol": 1e-9, "max_steps": 500}}"#,
    ),
    preset(
        "ranking.preference",
        "Leaving a reference",
        "Four answers, 42 duels, and a reference that would say the first half of the time. The fit ends exactly at the reference times \
         exp(s/beta), s being the strengths of the duels: the third and fourth answer all but vanish, though they won duels. \
         Raise beta to keep more of the reference. A table, not a language model.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.preference"},
          "runs": [{"method": "ranking.dpo"}, {"method": "ranking.dpo", "params": {"step": 1}},
            {"method": "ranking.dpo", "params": {"step": 4}}],
          "stop": {"rtol": 1e-12, "max_steps": 5000}}"#,
    ),
    preset(
        "ranking.home-advantage",
        "The home ground",
        "A season of baseball, 1987: what the home ground adds to the log-strength, 0.302, is estimated along with the \
         strengths, and every method finds the same number. Odds of 1.35 to 1 between equals.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:baseball-1987", "params": {"advantage": "estimated"}},
          "runs": [{"method": "ranking.newton"}, {"method": "ranking.lbfgs"}, {"method": "ranking.coordinate-descent"},
            {"method": "ranking.gradient"}, {"method": "ranking.nesterov"}, {"method": "ranking.zermelo"}],
          "stop": {"rtol": 1e-12, "max_steps": 2000}}"#,
    ),
    preset(
        "ranking.who-played-at-home",
        "Who played at home",
        "Anna has the best record, but played mostly at home. With the home advantage in the model she comes last; HodgeRank and \
         Elo, which look at the results alone, put her first. Look at the bars.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": {"name": "home.csv", "text":
            "home,away,outcome,count\nAnna,Bert,home,5\nAnna,Bert,away,2\nAnna,Cara,home,5\nAnna,Cara,away,3\nAnna,Dora,home,4\nAnna,Dora,away,3\nBert,Anna,home,1\nCara,Bert,home,3\nCara,Bert,away,2\nBert,Cara,home,4\nBert,Cara,away,2\nDora,Bert,home,3\nDora,Bert,away,2\nCara,Dora,home,3\nCara,Dora,away,2\nDora,Cara,home,3\nDora,Cara,away,2\nBert,Dora,home,3\nBert,Dora,away,1\n"},
            "params": {"advantage": "estimated"}},
          "runs": [{"method": "ranking.newton"}, {"method": "ranking.hodge"}, {"method": "ranking.elo"}],
          "stop": {"rtol": 1e-10, "max_steps": 2000}}"#,
    ),
    preset(
        "ranking.home-and-ties",
        "Home ground and ties",
        "A Scottish season, a third of whose games are ties: strengths, the home advantage and the threshold \
         below which a difference is a tie (Rao and Kupper), all estimated together. Set Ties to Davidson's model: the \
         likelihood is nearly the same.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:scotland-1994",
            "params": {"advantage": "estimated", "ties": "threshold"}},
          "runs": [{"method": "ranking.newton"}, {"method": "ranking.trust-region"}, {"method": "ranking.lbfgs"},
            {"method": "ranking.coordinate-descent"}, {"method": "ranking.nesterov"}],
          "stop": {"rtol": 1e-12, "max_steps": 3000}}"#,
    ),
    preset(
        "ranking.thurstone",
        "Thurstone instead of Bradley-Terry",
        "Which journal cites which, by the normal distribution instead of the logistic one: another scale of the \
         log-strengths, nearly the same chances, the same order. Set Link to logistic and compare the likelihood.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:citations", "params": {"link": "probit"}},
          "runs": [{"method": "ranking.newton"}, {"method": "ranking.root-newton"}, {"method": "ranking.lbfgs"},
            {"method": "ranking.coordinate-descent"}, {"method": "ranking.gradient"}],
          "stop": {"rtol": 1e-12, "max_steps": 3000}}"#,
    ),
    preset(
        "ranking.fading",
        "What counts is recent",
        "A Scottish season in which games count half as much for every 30 days before the last one: the champions are \
         fifth. Elo's rule forgets, too, in its own way. Set Half-life to 0 for the season as a whole.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:scotland-1994",
            "params": {"half_life": 30, "estimate": "map", "ties": "davidson"}},
          "runs": [{"method": "ranking.newman"}, {"method": "ranking.zermelo"}, {"method": "ranking.newton"},
            {"method": "ranking.elo"}],
          "stop": {"rtol": 1e-10, "max_steps": 2000}}"#,
    ),
    preset(
        "ranking.margins",
        "By how much",
        "The same season, a win by three goals counting for two (log2(1 + margin), a heuristic). Ties count as half a \
         win; compare with the margin ignored.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:scotland-1994", "params": {"margin": "log"}},
          "runs": [{"method": "ranking.newman"}, {"method": "ranking.zermelo"}, {"method": "ranking.lbfgs"},
            {"method": "ranking.elo"}],
          "stop": {"rtol": 1e-10, "max_steps": 2000}}"#,
    ),
    preset(
        "ranking.score-differences",
        "A model of the goals themselves",
        "The same season by how much games were won: least squares on the differences of the goals, with the home ground \
         worth 0.43 goals, beside models of who won. Several by a lot count for more than many by one: compare the bars.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:scotland-1994", "params": {"advantage": "estimated"}},
          "runs": [{"method": "ranking.massey"}, {"method": "ranking.newton"}, {"method": "ranking.hodge"},
            {"method": "ranking.elo"}],
          "stop": {"rtol": 1e-10, "max_steps": 2000}}"#,
    ),
    preset(
        "ranking.covariates",
        "What strength is made of",
        "Nine flavours of different concentration and stiffness, judged in pairs: two coefficients explain all strengths, \
         more flavour makes stronger, more gel weaker. What the coefficients leave is seen in the picture of predicted \
         and observed shares.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:flavours",
            "params": {"ties": "threshold", "covariates":
            "item,flavour,gel\nflavour 0.6 gel 0,0.6,0\nflavour 0.6 gel 2.4,0.6,2.4\nflavour 0.6 gel 4.8,0.6,4.8\nflavour 4.8 gel 0,4.8,0\nflavour 4.8 gel 2.4,4.8,2.4\nflavour 4.8 gel 4.8,4.8,4.8\nflavour 9 gel 0,9,0\nflavour 9 gel 2.4,9,2.4\nflavour 9 gel 4.8,9,4.8\n"}},
          "runs": [{"method": "ranking.newton"}, {"method": "ranking.lbfgs"}, {"method": "ranking.coordinate-descent"},
            {"method": "ranking.gradient"}],
          "stop": {"rtol": 1e-12, "max_steps": 3000}}"#,
    ),
    preset(
        "ranking.covariate-effects",
        "What the coefficients leave",
        "The same flavours, each with an effect of its own beside what its concentration and stiffness explain, kept \
         small by a normal prior. Move the prior scale: near 0 only the coefficients count, at 100 hardly.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:flavours",
            "params": {"ties": "threshold", "estimate": "map", "prior": "gaussian", "prior_scale": 0.3, "covariate_effect": "items", "covariates":
            "item,flavour,gel\nflavour 0.6 gel 0,0.6,0\nflavour 0.6 gel 2.4,0.6,2.4\nflavour 0.6 gel 4.8,0.6,4.8\nflavour 4.8 gel 0,4.8,0\nflavour 4.8 gel 2.4,4.8,2.4\nflavour 4.8 gel 4.8,4.8,4.8\nflavour 9 gel 0,9,0\nflavour 9 gel 2.4,9,2.4\nflavour 9 gel 4.8,9,4.8\n"}},
          "runs": [{"method": "ranking.newton"}, {"method": "ranking.lbfgs"}, {"method": "ranking.coordinate-descent"},
            {"method": "ranking.trust-region"}, {"method": "ranking.nesterov"}],
          "stop": {"rtol": 1e-12, "max_steps": 3000}}"#,
    ),
    preset(
        "ranking.prior-scale",
        "How much to trust few games",
        "World Cup 2022 with a normal prior of scale 0.5: who lost every match has a finite strength, and few games move \
         nobody far. Move the scale and see the bars spread.",
        r#"{"schema": 1,
          "problem": {"id": "ranking.pairwise", "data": "sample:world-cup-2022",
            "params": {"estimate": "map", "prior": "gaussian", "prior_scale": 0.5}},
          "runs": [{"method": "ranking.newton"}, {"method": "ranking.lbfgs"}, {"method": "ranking.coordinate-descent"},
            {"method": "ranking.gradient"}],
          "stop": {"rtol": 1e-12, "max_steps": 2000}}"#,
    ),
];
