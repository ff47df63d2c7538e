//! The generated files of the page: the catalog, mathematics, paper checks, thumbnails.

use std::fs;
use std::path::Path;

use iterscope_catalog::{Devices, build_problem, build_runs, checks, presets};
use iterscope_core::colour::{Map, Palette, paint, span};
use iterscope_core::{CatalogInfo, Experiment, Extent, Picture, PictureKind};
use iterscope_driver::{Plan, Run};
use pulldown_latex::{Parser, RenderConfig, Storage, config::DisplayMode, mathml::push_mathml};
use serde_json::{Map as JsonMap, Value, json};

use crate::Failure;
use crate::check::rows;
use crate::out::write_file;
use crate::{llms, schema};

const WIDTH: usize = 84;
const HEIGHT: usize = 63;

/// Writes `catalog.json`, `catalog/`, `experiment.schema.json`, `llms.txt`, `math/`, `npm/`, `papers.json`, `presets/`,
/// `thumbs/` and `stories/index.json` into `folder`.
pub fn write(folder: &Path) -> Result<(), Failure> {
    let thumbs = folder.join("thumbs");
    fs::create_dir_all(&thumbs).map_err(|e| Failure::Environment(format!("{}: {e}", thumbs.display())))?;
    catalog(folder)?;
    math(folder)?;
    let papers: Vec<Value> = checks().flat_map(rows).map(|row| json!(row)).collect();
    write_file(&folder.join("papers.json"), json!(papers).to_string().as_bytes())?;
    for preset in presets() {
        let path = thumbs.join(format!("{}.png", preset.id));
        write_file(&path, &thumbnail(preset.id, preset.json)?)?;
    }
    npm(folder)?;
    stories(&folder.join("stories"))
}

/// The package of the custom element, from what lies in `npm/` and the element's script: an ES module with its types, and the front end
/// of a widget, which has to be one file. Nothing where there is no such folder.
fn npm(folder: &Path) -> Result<(), Failure> {
    let package = folder.join("npm");
    if !package.is_dir() {
        return Ok(());
    }
    let environment = |path: &Path| {
        let path = path.display().to_string();
        move |e: std::io::Error| Failure::Environment(format!("{path}: {e}"))
    };
    let read = |path: &Path| fs::read_to_string(path).map_err(environment(path));
    let element = read(&folder.join("iter-scope.js"))?;
    write_file(&package.join("iter-scope.js"), element.as_bytes())?;
    let widget = package.join("widget.js");
    if widget.is_file() {
        let whole = format!("{element}\n{}", read(&widget)?);
        write_file(&package.join("anywidget.js"), whole.as_bytes())?;
        fs::remove_file(&widget).map_err(environment(&widget))?;
    }
    let about = json!({
        "name": "iter-scope",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Live figures of iterative methods, as a custom element.",
        "license": "MIT",
        "type": "module",
        "exports": {
            ".": { "types": "./index.d.ts", "default": "./index.js" },
            "./anywidget": "./anywidget.js"
        },
        "types": "./index.d.ts",
        "files": ["anywidget.js", "index.d.ts", "index.js", "iter-scope.js"],
        "sideEffects": ["./index.js", "./iter-scope.js"]
    });
    let about = serde_json::to_string_pretty(&about).expect("JSON of constants") + "\n";
    write_file(&package.join("package.json"), about.as_bytes())
}

/// A list of the stories in `folder`, where there are any: what each is called, its title (`# `) and its lead (`> `).
fn stories(folder: &Path) -> Result<(), Failure> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let mut paths: Vec<_> =
        entries.flatten().map(|e| e.path()).filter(|p| p.extension() == Some("md".as_ref())).collect();
    paths.sort();
    let mut list = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|e| Failure::Environment(format!("{}: {e}", path.display())))?;
        let after = |mark: &str| text.lines().find_map(|l| l.strip_prefix(mark)).unwrap_or_default().to_owned();
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        list.push(json!({ "id": id, "title": after("# "), "lead": after("> ") }));
    }
    write_file(&folder.join("index.json"), json!(list).to_string().as_bytes())
}

/// What people read of methods, parameters and questions. Races do without.
const WORDS: [&str; 6] = ["citation", "doc", "limits", "math", "step", "summary"];

/// The catalog: as a schema, as text, in outline, and for each family in full and as far as its races need it, so that the
/// first screen loads the least however much there is. Each preset stands in a file of its own besides.
fn catalog(folder: &Path) -> Result<(), Failure> {
    let info = iterscope_catalog::info(iterscope_data::sample_infos());
    write_file(&folder.join("experiment.schema.json"), schema::schema(&info).to_string().as_bytes())?;
    write_file(&folder.join("llms.txt"), llms::text(&info).as_bytes())?;
    write_file(&folder.join("catalog.json"), json!(info.outline()).to_string().as_bytes())?;
    let (full, presets) = (folder.join("catalog"), folder.join("presets"));
    for folder in [&full, &presets] {
        fs::create_dir_all(folder).map_err(|e| Failure::Environment(format!("{}: {e}", folder.display())))?;
    }
    for mut family in info.families {
        // The page shows it as MathML, which it has from another file.
        family.problems.iter_mut().for_each(|p| p.math = "".into());
        family.methods.iter_mut().for_each(|m| m.math = "".into());
        for preset in &family.presets {
            write_file(&presets.join(format!("{}.json", preset.id)), json!(preset).to_string().as_bytes())?;
        }
        let id = family.id.clone();
        let reads = |kind| family.problems.iter().any(|p| p.data == Some(kind));
        let samples = info.samples.iter().filter(|s| reads(s.kind)).cloned().collect();
        let mut one = json!(CatalogInfo { families: vec![family], samples });
        write_file(&full.join(format!("{id}.json")), one.to_string().as_bytes())?;
        let family = &mut one["families"][0];
        // What a race is about stands over it. A family without questions or components has no such list.
        for (list, words) in
            [("analyses", &WORDS[..]), ("components", &WORDS), ("methods", &WORDS), ("problems", &WORDS[..5])]
        {
            if let Some(list) = family.get_mut(list) {
                blank(list, words);
            }
        }
        family["presets"] = json!([]);
        write_file(&full.join(format!("{id}.races.json")), one.to_string().as_bytes())?;
    }
    Ok(())
}

/// Empties the texts that stand under any of `keys`.
fn blank(value: &mut Value, keys: &[&str]) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|v| blank(v, keys)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if keys.contains(&key.as_str()) => text.clear(),
                    value => blank(value, keys),
                }
            }
        }
        _ => {}
    }
}

/// MathML of every problem and method by id, a file for each family.
fn math(folder: &Path) -> Result<(), Failure> {
    let folder = folder.join("math");
    fs::create_dir_all(&folder).map_err(|e| Failure::Environment(format!("{}: {e}", folder.display())))?;
    for family in &iterscope_catalog::info(Vec::new()).families {
        let mut out = JsonMap::new();
        let problems = family.problems.iter().map(|p| (&p.id, &p.math));
        let methods = family.methods.iter().map(|m| (&m.id, &m.math));
        for (id, latex) in problems.chain(methods) {
            out.insert(id.to_string(), mathml(latex).map_err(|e| Failure::Environment(format!("{id}: {e}")))?.into());
        }
        write_file(&folder.join(format!("{}.json", family.id)), Value::Object(out).to_string().as_bytes())?;
    }
    Ok(())
}

/// LaTeX display mathematics as MathML.
fn mathml(latex: &str) -> Result<String, String> {
    let storage = Storage::new();
    let parser = Parser::new(latex, &storage);
    let mut out = String::new();
    let config = RenderConfig { display_mode: DisplayMode::Block, ..RenderConfig::default() };
    push_mathml(&mut out, parser, config).map_err(|e| e.to_string())?;
    // The renderer escapes its own `&nbsp;` once more, so that it would be read out and shown as text.
    let out = out.replace("&amp;nbsp;", "\u{a0}");
    if out.contains("<merror") { Err(format!("not understood: {latex}")) } else { Ok(out) }
}

/// A preset part of the way through its first run, as a small PNG.
fn thumbnail(id: &str, json: &str) -> Result<Vec<u8>, Failure> {
    let experiment = Experiment::from_json(json)?;
    let data =
        match (&experiment.problem.data, iterscope_catalog::problems().find(|p| p.info.id == experiment.problem.id)) {
            (Some(data), Some(problem)) => {
                let none = |name: &str| Err(format!("{name} does not come with the program"));
                problem
                    .info
                    .data
                    .map(|kind| iterscope_data::resolve(kind, data, experiment.problem.columns.as_deref(), &none))
                    .transpose()?
            }
            _ => None,
        };
    let problem = build_problem(&experiment, data.as_ref()).map_err(Failure::Input)?;
    let built = build_runs(&experiment, &problem, &Devices::none("not needed")).map_err(Failure::Input)?;
    let series = problem.instance.series();
    let best = built.into_iter().last().ok_or_else(|| Failure::Environment(format!("{id} has no run")))?;
    let diagnostics = best.method.info.diagnostics.len();
    let mut run = Run::new(Plan::new(best.stepper, series, diagnostics, experiment.stop));
    let zero = std::time::Instant::now();
    let clock = || zero.elapsed().as_secs_f64();
    // Step 40 shows what the problem is; a picture at the end would hide that anything iterates.
    let _ = run.pump(40, &clock, 5.0);
    let info = &problem.instance.pictures()[0];
    let mut picture = Picture::default();
    let extent = Extent { width: WIDTH as u32, height: HEIGHT as u32 };
    run.picture(&info.key, extent, &mut picture).map_err(|e| Failure::Environment(e.to_string()))?;
    encode(&indexed(&picture, info.signed, info.grey)).map_err(|e| Failure::Environment(format!("{id}: {e}")))
}

const LEVELS: usize = 32;
const GROUND: u8 = 0;
const INK: u8 = 1;

/// Palette indices: 0 the ground, 1 the ink of bars, then the colour map.
struct Indexed {
    pixels: Vec<u8>,
    map: Map,
}

fn indexed(picture: &Picture, signed: bool, grey: bool) -> Indexed {
    let mut pixels = vec![GROUND; WIDTH * HEIGHT];
    let (w, h) = (picture.width as usize, picture.height as usize);
    let map = Map::of(Palette::Standard, signed, grey, false);
    if w == 0 || h == 0 {
        return Indexed { pixels, map };
    }
    match picture.kind {
        PictureKind::Field | PictureKind::Colour => {
            let (lo, hi) = span(f64::from(picture.lo), f64::from(picture.hi), signed);
            // In the colours of the page's maps; of a picture in colour the mean of the three.
            let depth = picture.values.len() / (w * h);
            for (i, pixel) in pixels.iter_mut().enumerate() {
                let cell = ((i / WIDTH * h / HEIGHT) * w + i % WIDTH * w / WIDTH) * depth;
                let v = picture.values[cell..cell + depth].iter().sum::<f32>() / depth as f32;
                if v.is_finite() {
                    let level = ((f64::from(v) - lo) / (hi - lo) * (LEVELS - 1) as f64).round();
                    *pixel = 2 + level.clamp(0.0, (LEVELS - 1) as f64) as u8;
                }
            }
        }
        PictureKind::Bars | PictureKind::Spectrum => {
            let rows = w.min(9);
            let most = picture.values.iter().take(rows).fold(0.0_f32, |m, &v| m.max(v)).max(f32::MIN_POSITIVE);
            for r in 0..rows {
                let length = (picture.values[r].max(0.0) / most * (WIDTH - 8) as f32) as usize;
                for y in r * 7..r * 7 + 5 {
                    pixels[y * WIDTH + 4..][..length].fill(INK);
                }
            }
        }
        PictureKind::Points => {
            let range = |list: &[f32]| {
                let ends = |f: fn(f32, f32) -> f32, from: f32| list.iter().copied().fold(from, f);
                (ends(f32::min, f32::INFINITY), ends(f32::max, f32::NEG_INFINITY))
            };
            let (xs, ys) = picture.values.split_at(w);
            let ((x0, x1), (y0, y1)) = (range(xs), range(ys));
            let place = |v: f32, lo: f32, hi: f32, size: usize| {
                (((v - lo) / (hi - lo).max(f32::MIN_POSITIVE)).clamp(0.0, 1.0) * (size - 5) as f32) as usize
            };
            for (&x, &y) in xs.iter().zip(ys) {
                let (c, r) = (place(x, x0, x1, WIDTH), place(-y, -y1, -y0, HEIGHT));
                for row in r + 1..r + 4 {
                    pixels[row * WIDTH + c + 1..][..3].fill(INK);
                }
            }
        }
        PictureKind::Line => {
            let range = (picture.hi - picture.lo).max(f32::MIN_POSITIVE);
            let row = |v: f32| 5 + ((picture.hi - v) / range * (HEIGHT - 11) as f32) as usize;
            for curve in picture.values.chunks_exact(w) {
                let mut before = None;
                for col in 0..WIDTH {
                    let v = curve[col * (w - 1) / (WIDTH - 1)];
                    let Some(now) = v.is_finite().then(|| row(v)) else {
                        before = None;
                        continue;
                    };
                    let from = before.unwrap_or(now);
                    for y in now.min(from)..=now.max(from) + 1 {
                        pixels[y * WIDTH + col] = INK;
                    }
                    before = Some(now);
                }
            }
        }
        // A cloud about a diagonal says nothing at this size.
        PictureKind::Scatter => {}
    }
    Indexed { pixels, map }
}

fn encode(image: &Indexed) -> Result<Vec<u8>, png::EncodingError> {
    let mut palette = vec![0xf0, 0xf0, 0xed, 0x00, 0x72, 0xb2];
    let steps: Vec<f32> = (0..LEVELS).map(|i| i as f32).collect();
    let mut rgba = Vec::new();
    paint(&steps, LEVELS, (0.0, (LEVELS - 1) as f64), &image.map.table(), |_, _| [0; 3], &mut rgba);
    palette.extend(rgba.chunks_exact(4).flat_map(|c| [c[0], c[1], c[2]]));
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, WIDTH as u32, HEIGHT as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&image.pixels)?;
    writer.finish()?;
    Ok(out)
}
