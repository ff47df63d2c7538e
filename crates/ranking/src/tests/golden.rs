//! Plain models give the bits they always gave.

use crate::test_support::{TestRun, choice, portable, synthetic};

/// FNV-1a.
fn add(hash: &mut u64, bits: u64) {
    for byte in bits.to_le_bytes() {
        *hash = (*hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
}

/// What the methods gave before the family knew other models.
const HASHES: [(&str, u64); 20] = [
    ("ranking.newman", 0x11eb596c5924d56b),
    ("ranking.zermelo", 0xd946946c26c1071a),
    ("ranking.newton", 0x575266a25fff2f01),
    ("ranking.coordinate-descent", 0xeb34576ec5357bb6),
    ("ranking.gradient", 0xb9b9d3ad42c432ae),
    ("ranking.nesterov", 0xe703596e037cc9bf),
    ("ranking.lbfgs", 0x27359ba77c5e45d1),
    ("ranking.lazy-newton", 0x8701b958e31977db),
    ("ranking.root-newton", 0xd57810f4180d4e6e),
    ("ranking.trust-region", 0xa6eba32f4f07931a),
    ("ranking.sgd", 0x15e7fbea42c452f3),
    ("ranking.ilsr", 0x014a69f485481087),
    ("ranking.lsr", 0x1f7bc145febb9f7a),
    ("ranking.rank-centrality", 0x2464d64f53e87665),
    ("ranking.pagerank", 0xefd3d791c03f4ea3),
    ("ranking.hodge", 0x03522b058cfccbc9),
    ("ranking.elo", 0xb56e816ab40143e5),
    ("ranking.glicko2", 0x99e2d47d1ec06649),
    ("ranking.trueskill", 0xdfdf4c087a0ae10a),
    ("ranking.kemeny", 0x59ff81bdd267a546),
];

fn hash(id: &str) -> u64 {
    let with = |estimate: &str, ties: &str, rate: f64| {
        let given = [("players", 12.into()), ("games", 300.into()), ("tie_rate", rate.into()), ("spread", 1.0.into())];
        synthetic(&[&given[..], &[choice("estimate", estimate), choice("ties", ties)]].concat(), 5).unwrap()
    };
    let sets = [
        portable().unwrap(),
        with("map", "half", 0.3),
        with("ml", "davidson", 0.3),
        with("map", "davidson", 0.3),
        with("ml", "davidson", 0.0),
    ];
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for set in &sets {
        let mut run = TestRun::new(set, id, &[]).unwrap();
        for _ in 0..25 {
            for key in ["gradient.rel", "nll", "nll.gap", "p.rms.error", "nu", "p.rms.change"] {
                add(&mut hash, run.value(key).to_bits());
            }
            run.advance(1);
        }
        run.strengths(set).iter().for_each(|s| add(&mut hash, s.to_bits()));
    }
    hash
}

#[test]
fn plain_models_give_the_bits_they_always_gave() {
    for (id, expected) in HASHES {
        assert_eq!(hash(id), expected, "{id}");
    }
}
