// The experiment in other languages. What a language has no counterpart for is refused with words.

const quoted = (text) => JSON.stringify(text);

/** The lines that make a file in the shell and run it. */
export function commandLine(facts) {
  const data = JSON.parse(facts.experiment).problem.data;
  const own = typeof data === "string" && !data.startsWith("sample:");
  const note = own ? `# ${data} must lie beside the experiment.\n` : "";
  // A quoted word at both ends keeps the shell away from what is between.
  return `${note}cat > experiment.json <<'END'\n${facts.experiment}\nEND\niterscope run experiment.json\n`;
}

/** A Python program that computes the same with numpy and scipy, or with choix. */
export function python(facts) {
  const experiment = JSON.parse(facts.experiment);
  const write = { "pde.advection-diffusion": equation, "pde.poisson": equation, "ranking.pairwise": games }[experiment.problem.id];
  if (!write) throw new Error(`Python has no counterpart of “${facts.title}” in its common libraries; the command line has.`);
  return write(experiment, facts);
}

const header = (facts, needs) =>
  `# ${facts.title}, as set up in Iterscope: ${facts.link}\n# Needs: pip install ${needs}\n`;

// The equation: the same differences on the same mesh, as a sparse matrix.

/** What each method is in Python: lines in which `A` and `b` are known, and `run` takes the iterates. */
const LINEAR = {
  "pde.jacobi": (p) => splitting(`diagonal = A.diagonal()\ncorrect = lambda r: ${p.omega ?? 1} * r / diagonal`),
  "pde.gauss-seidel": (p) =>
    splitting('lower = sp.tril(A, format="csr")\ncorrect = lambda r: sla.spsolve_triangular(lower, r)', p),
  "pde.sor": (p) => {
    if (p.auto) throw new Error("Switch “optimal ω” off: the Python program takes a number.");
    const lower = `lower = (sp.tril(A, -1) + sp.diags(A.diagonal() / ${p.omega ?? 1.5})).tocsr()`;
    return splitting(`${lower}\ncorrect = lambda r: sla.spsolve_triangular(lower, r)`);
  },
  "pde.richardson": (p) => splitting(`correct = lambda r: ${p.omega ?? 1} * r`, p),
  "pde.cg": (p) => krylov("cg", p),
  "pde.minres": (p) => krylov("minres", p),
};

/** Refuses what scipy has no counterpart for. */
function plain(params) {
  const chosen = ["preconditioner", "order"].find((key) => params[key] && !["none", "lexicographic"].includes(params[key]));
  if (chosen) throw new Error(`With “${params[chosen]}” the method has no counterpart in scipy; the command line runs it.`);
}

function splitting(lines, params = {}) {
  plain(params);
  return `${lines}

def steps():
    x = np.zeros(len(b))
    while True:
        yield x
        x = x + correct(b - A @ x)

run(steps())`;
}

function krylov(name, params) {
  plain(params);
  return `iterates = [np.zeros(len(b))]
sla.${name}(A, b, rtol=${name === "minres" ? "1e-15" : "0.1 * rtol"}, maxiter=most, callback=lambda x: iterates.append(x.copy()))
run(iterates)`;
}

/** Steady linear equations on boxes with given values on all sides, in flux form or not. */
function equation(experiment, facts) {
  const p = experiment.problem.params ?? {};
  const flux = experiment.problem.id === "pde.poisson";
  const sides = ["domain", "left", "right", "bottom", "top", "back", "front", "face_mean"];
  const refused = sides.find((key) => p[key] && p[key] !== "u = 0" && p[key] !== "arithmetic");
  if (refused) throw new Error(`The Python program knows boxes with given values on all sides; here “${refused}” is ${p[refused]}.`);
  const axes = ["x", "y", "z"].slice(0, Number(p.dimension ?? 2));
  const { rtol = 1e-8, max_steps: most = 5000 } = experiment.stop ?? {};
  const each = (key, other) => `[${axes.map((a) => quoted(String(p[`${key}_${a}`] ?? other))).join(", ")}]`;
  const diffusion = flux ? `[${axes.map(() => quoted(String(p.diffusion ?? "1"))).join(", ")}]` : each("diffusion", "1");
  const ends = axes.map((a) => `(${p[`${a}_min`] ?? 0}, ${p[`${a}_max`] ?? 1})`).join(", ");
  const runs = experiment.runs.map((run, i) => {
    const write = LINEAR[run.method];
    const name = facts.runs[i]?.name ?? run.method;
    if (!write) throw new Error(`“${name}” has no counterpart in scipy; the command line runs it.`);
    return `name = ${quoted(name)}\n${write(run.params ?? {})}\n`;
  });
  const derived = flux
    ? "f = c * g - sum(sympy.diff(d[i] * sympy.diff(g, s), s) for i, s in enumerate(names))"
    : "f = c * g + sum(-d[i] * sympy.diff(g, s, 2) + v[i] * sympy.diff(g, s) for i, s in enumerate(names))";
  const second = flux
    ? `    up, down = (D + np.roll(D, -stride)) / 2, (D + np.roll(D, stride)) / 2
    whole = whole + (sp.diags(up) @ (sp.eye(size) - above) + sp.diags(down) @ (sp.eye(size) - below)) / h**2`
    : "    whole = whole + sp.diags(D / h**2) @ (2 * sp.eye(size) - below - above)";
  const first = flux
    ? ""
    : p.advection === "upwind"
      ? `    V = at(v[axis])
    whole = whole + sp.diags(np.maximum(V, 0) / h) @ (sp.eye(size) - below) + sp.diags(np.minimum(V, 0) / h) @ (above - sp.eye(size))\n`
      : `    V = at(v[axis])
    whole = whole + sp.diags(V / (2 * h)) @ (above - below)\n`;
  return `${header(facts, "numpy scipy sympy")}
import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla
import sympy
from sympy.parsing.sympy_parser import (
    convert_xor, implicit_multiplication_application, parse_expr, standard_transformations)

n = ${p.n ?? 64}  # intervals along every axis
ends = [${ends}]
rtol, most = ${rtol}, ${most}
names = sympy.symbols("x y z")[:len(ends)]
known = {str(s): s for s in names} | {"pi": sympy.pi, "e": sympy.E, "abs": sympy.Abs}

def parse(text):
    rules = standard_transformations + (implicit_multiplication_application, convert_xor)
    return parse_expr(text, local_dict=dict(known), transformations=rules)

d = [parse(t) for t in ${diffusion}]
v = [parse(t) for t in ${each("velocity", "0")}]
c = parse(${quoted(String(p.reaction ?? "0"))})
exact = ${quoted(String(p.exact ?? ""))}
if exact:
    g = parse(exact)
    ${derived}
else:
    f, g = parse(${quoted(String(p.source ?? "1"))}), parse(${quoted(flux ? "0" : String(p.boundary ?? "0"))})

# All nodes, x fastest; the inner ones are the unknowns.
lines = [np.linspace(a, b, n + 1) for a, b in ends]
nodes = [m.ravel(order="F") for m in np.meshgrid(*lines, indexing="ij")]
size = len(nodes[0])

def at(expression):
    values = sympy.lambdify(names, expression, "numpy")(*nodes)
    return np.broadcast_to(np.asarray(values, dtype=float), size)

index = [m.ravel(order="F") for m in np.meshgrid(*[np.arange(n + 1)] * len(ends), indexing="ij")]
inner = np.all([(i > 0) & (i < n) for i in index], axis=0)
whole = sp.diags(at(c)).tocsr()
for axis, (a, b) in enumerate(ends):
    h, stride = (b - a) / n, (n + 1) ** axis
    below, above = sp.eye(size, k=-stride), sp.eye(size, k=stride)
    D = at(d[axis])
${second}
${first}rows = whole.tocsr()[inner]
A = rows[:, inner].tocsr()
b = at(f)[inner] - rows[:, ~inner] @ at(g)[~inner]

def run(iterates):
    """Counts steps until the residual is at most rtol times the right-hand side."""
    for step, x in enumerate(iterates):
        residual = np.linalg.norm(b - A @ x) / np.linalg.norm(b)
        if residual <= rtol or step >= most or not np.isfinite(residual):
            break
    print(f"{name}: step {step}, residual {residual:.6e}")

${runs.join("\n")}`;
}

// Games: what choix has of the same model.

const RANKING = ["newman", "zermelo", "newton", "coordinate-descent", "gradient", "nesterov", "lbfgs", "ilsr", "trust-region"];

/** The same maximum, which does not depend on the way there. */
function games(experiment, facts) {
  const p = experiment.problem.params ?? {};
  const data = experiment.problem.data;
  if (!data || (typeof data === "string" && data.startsWith("sample:")))
    throw new Error("The Python program reads a file of games of yours; samples come with the command line.");
  if (experiment.problem.columns) throw new Error("The Python program reads the columns winner, loser and count only.");
  const usual = { estimate: "ml", link: "logistic", ties: "half", advantage: "off", margin: "off", half_life: 0, part: "all" };
  const odd = Object.keys(p).find((key) => p[key] !== (usual[key] ?? ""));
  if (odd) throw new Error(`choix knows the plain model only, without “${odd}: ${p[odd]}”.`);
  const foreign = experiment.runs.findIndex((run) => !RANKING.includes(run.method.replace("ranking.", "")));
  if (foreign >= 0) throw new Error(`“${facts.runs[foreign]?.name}” answers another question than choix does.`);
  const source = typeof data === "string" ? `open(${quoted(data)}, newline="")` : `io.StringIO(${quoted(data.text)})`;
  return `${header(facts, "choix numpy")}
import csv
import io

import choix
import numpy as np

with ${source} as file:
    rows = list(csv.DictReader(file))
items = sorted({row[key] for row in rows for key in ("winner", "loser")})
place = {item: i for i, item in enumerate(items)}
games = [(place[r["winner"]], place[r["loser"]]) for r in rows for _ in range(int(r.get("count") or 1))]
strengths = choix.mm_pairwise(len(items), games, max_iter=100_000, tol=1e-12)
strengths = strengths - strengths.mean()
for i in np.argsort(-strengths):
    print(f"{items[i]}: {strengths[i]:.9f}")
`;
}
