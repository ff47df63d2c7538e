//! Direct preference optimisation on a table: gradient descent on the logits of the policy.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};

use crate::model::likelihood::chance;
use crate::preference::{DuelTable, Preference};

const STEP: ParamInfo = ParamInfo::real(
    "step",
    "Step length",
    "Of the rewards beta log(pi/reference), times the gradient of the loss per duel: the logits move by this over beta. Above 4 \
     over the largest share of duels that one answer is in, it may overshoot.",
    [1e-3, 100.0],
    0.2,
)
.log()
.live();

const PARAMS: &[ParamInfo] = &[STEP];
const DIAGNOSTICS: &[SeriesInfo] =
    &[SeriesInfo::new("dpo.logits.max.change", "change of logits", "Largest change of a logit in the last step.")];

/// Logits this far from the reference have left every sensible range.
const MOST: f64 = 1e6;

/// See [`MethodInfo::summary`].
pub static DPO: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.dpo"),
        label: Str::Borrowed("DPO (a table)"),
        summary: words(
            "Each duel pushes the logit of the answer that won up and of the other down, by how little the policy, measured against \
             the reference, expected it. On a table this is gradient ascent on Bradley and Terry's likelihood in other \
             variables, and it ends at the reference times exp(s/beta).",
        ),
        math: words(
            r"\theta \leftarrow \theta + \frac{\eta}{\beta N}\sum_{ij} w_{ij}\,\sigma(h_j-h_i)\,(e_i-e_j), \qquad h_i = \beta\log\frac{\pi_i}{\pi^{\text{ref}}_i}, \quad \pi = \operatorname{softmax}(\theta)",
        ),
        citation: words(
            "R. Rafailov, A. Sharma, E. Mitchell, S. Ermon, C. D. Manning, C. Finn, Direct preference optimization, NeurIPS 2023; \
             its iterations with a reference: W. Xiong et al., Iterative preference learning from human feedback, ICML 2024.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["ranking.preference"]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one pass over the duels, one exponential each"),
        limits: words(
            "A table, not a language model: answers share nothing, so nothing is learnt about answers that were in no duel. The \
             duels are fixed; drawing new ones from the policy between fits is left out.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let preference = input.downcast::<Preference>()?;
    let table = preference.table();
    let dpo = Dpo {
        step: input.values.real("step"),
        logits: table.reference.clone(),
        push: vec![0.0; table.reference.len()],
        change: 0.0,
        table,
    };
    Ok(CpuStepper::boxed(dpo, preference.referee()))
}

/// The iteration.
struct Dpo {
    table: Rc<DuelTable>,
    step: f64,
    logits: Vec<f64>,
    push: Vec<f64>,
    change: f64,
}

impl Iteration for Dpo {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        let DuelTable { reference, beta, duels, total } = &*self.table;
        self.push.fill(0.0);
        for d in duels {
            let (i, j) = (d.winner as usize, d.loser as usize);
            // The normalisation of the policy cancels in the difference.
            let ahead = beta * ((self.logits[i] - reference[i]) - (self.logits[j] - reference[j]));
            let surprise = d.count * chance(-ahead);
            self.push[i] += surprise;
            self.push[j] -= surprise;
        }
        let length = self.step / beta / total;
        self.change = 0.0;
        let mut far = false;
        for ((t, push), r) in self.logits.iter_mut().zip(&self.push).zip(reference) {
            let by = length * push;
            *t += by;
            self.change = self.change.max(by.abs());
            far |= (*t - r).abs() > MOST || t.is_nan();
        }
        let duels = duels.len() as u64;
        work.operator += 1;
        work.flops += 30 * duels + 4 * self.logits.len() as u64;
        work.bytes += 48 * duels + 32 * self.logits.len() as u64;
        if far { Outcome::Stop(Stop::Diverged) } else { Outcome::Continue }
    }

    fn iterate(&mut self) -> &[f64] {
        &self.logits
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.change;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "step" {
            return Err(BuildError::new(key, "cannot change while running"));
        }
        self.step = STEP.check(value)?.as_real().unwrap_or(self.step);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.logits);
        out.real(self.change);
        out.real(self.step);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.logits);
        self.change = from.real();
        self.step = from.real();
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use iterscope_core::{Artifact, Comparisons, Dataset, Encounter, Extent, Instance, Picture, artifact::Cell};

    use crate::test_support::{Setting, TestRun, choice, problem};

    fn probabilities(run: &mut TestRun, set: &Rc<dyn Instance>) -> Vec<f64> {
        let Ok(Artifact::Table { rows, .. }) = run.stepper.result() else { panic!("a table") };
        let of = |name: &String| {
            let row = rows.iter().find(|r| r[1] == Cell::Text(name.clone())).expect("every answer");
            let Cell::Real(p) = row[2] else { panic!("{row:?}") };
            p
        };
        set.labels().iter().map(of).collect()
    }

    fn example(given: &[Setting<'_>]) -> Rc<dyn Instance> {
        problem("ranking.preference", given, 0, None).expect("a valid problem")
    }

    #[test]
    fn it_starts_at_the_reference_and_ends_at_the_closed_form() {
        for beta in [0.05, 0.1, 1.0] {
            let set = example(&[("beta", beta.into())]);
            let mut run = TestRun::new(&set, "ranking.dpo", &[]).unwrap();
            assert!(run.value("policy.kl").abs() < 1e-15);
            for (p, r) in probabilities(&mut run, &set).iter().zip([0.5, 0.2, 0.2, 0.1]) {
                assert!((p - r).abs() < 1e-15);
            }
            run.steps_until("gradient.max.rel", 1e-15, 20_000);
            assert!(run.value("policy.max.error") < 1e-11, "{beta}: {}", run.value("policy.max.error"));
            assert!(run.value("policy.kl") > 0.0);
        }
    }

    #[test]
    fn the_implied_rewards_do_not_depend_on_the_reference_and_a_high_price_keeps_to_it() {
        let rewards = |given: &[Setting<'_>]| {
            let set = example(given);
            let mut run = TestRun::new(&set, "ranking.dpo", &[]).unwrap();
            run.advance(4000);
            let Ok(Artifact::Table { rows, .. }) = run.stepper.result() else { panic!("a table") };
            let mut all: Vec<(String, f64)> = (rows.iter())
                .map(|r| match (&r[1], &r[4]) {
                    (Cell::Text(name), Cell::Real(h)) => (name.clone(), *h),
                    _ => panic!("{r:?}"),
                })
                .collect();
            all.sort_by(|a, b| a.0.cmp(&b.0));
            (all.iter().map(|(_, h)| h - all[0].1).collect::<Vec<f64>>(), probabilities(&mut run, &set))
        };
        let (plain, _) = rewards(&[]);
        let (other, policy) = rewards(&[choice("reference", "answer A, 1\nanswer B: 1\nanswer C,1\nanswer D, 7")]);
        assert!(plain.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-10), "{plain:?} {other:?}");
        assert!(policy.iter().all(|p| *p > 0.0));
        let (_, dear) = rewards(&[("beta", 100.0.into())]);
        assert!(dear.iter().zip([0.5, 0.2, 0.2, 0.1]).all(|(p, r)| (p - r).abs() < 0.01), "{dear:?}");
    }

    #[test]
    fn ties_are_half_a_duel_each_and_a_missing_chain_is_named() {
        let set = |games: &[(u32, u32, f64, bool)]| {
            let one = |&(winner, loser, count, tie): &(u32, u32, f64, bool)| Encounter { winner, loser, count, tie };
            let items = (0..2).map(|i| format!("p{i}")).collect();
            let data = Comparisons { items, encounters: games.iter().map(one).collect(), ..Comparisons::default() };
            problem("ranking.preference", &[("beta", 1.0.into())], 0, Some(&Dataset::Comparisons(data))).unwrap()
        };
        let tied = set(&[(0, 1, 2.0, true), (0, 1, 2.0, false)]);
        assert_eq!(tied.summary(), "2 answers, 4 duels");
        let mut run = TestRun::new(&tied, "ranking.dpo", &[("step", 2.0.into())]).unwrap();
        run.advance(2000);
        // Three to one, at equal references and beta = 1.
        let p = probabilities(&mut run, &tied);
        assert!((p[0] - 0.75).abs() < 1e-12, "{p:?}");
        let open = set(&[(0, 1, 2.0, false)]);
        assert!(open.notes()[0].text.contains("infinite") && !open.series()[0].stop);
        assert!(TestRun::new(&open, "ranking.dpo", &[]).unwrap().value("policy.max.error").is_nan());
    }

    #[test]
    fn wrong_references_are_named() {
        let why = |text: &str| {
            let error = problem("ranking.preference", &[choice("reference", text)], 0, None).err().unwrap();
            assert_eq!(error.field, "reference");
            error.message
        };
        assert!(why("answer A 3").contains("line 1"));
        assert!(why("\nanswer Z, 3").contains("line 2: no answer is called answer Z"));
        for weight in ["0", "-1", "much", "inf", "NaN"] {
            assert!(why(&format!("answer A, {weight}")).contains("positive"), "{weight}");
        }
    }

    #[test]
    fn the_pictures() {
        let set = example(&[]);
        let mut run = TestRun::new(&set, "ranking.dpo", &[]).unwrap();
        run.advance(1500);
        let (extent, mut picture) = (Extent { width: 50, height: 50 }, Picture::default());
        run.stepper.picture("policy", extent, &mut picture).unwrap();
        assert_eq!(picture.aux, [0.0, 1.0, 2.0, 3.0]);
        run.stepper.picture("closed", extent, &mut picture).unwrap();
        assert!(picture.values.iter().zip(&picture.aux).all(|(a, b)| (a - b).abs() < 1e-6));
        run.stepper.picture("moved", extent, &mut picture).unwrap();
        assert_eq!(picture.values, [0.5, 0.2, 0.2, 0.1]);
        run.stepper.picture("nothing", extent, &mut picture).unwrap();
        assert!(picture.values.is_empty());
    }
}
