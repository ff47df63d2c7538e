//! Takes a wasm module apart: what is needed first, and parts that are loaded when one of their functions is called.
//!
//! What is needed first is what was called in a recording: [`instrument`] gives a module that tells. Everything else goes into parts by the
//! path of its module, which stands in the names of functions. In the first module a function of a part is a stub, which
//! loads the part unless it is there and calls on through the table; a part imports memory, table and functions
//! from the first module, and puts its own functions where the stubs look for them. Constant data go with the functions that refer to them.

mod references;

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail};
use walrus::ir::{Visitor, dfs_in_order};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, FunctionBuilder, FunctionId, FunctionKind, GlobalId, GlobalKind,
    ImportedFunction, LocalFunction, Module, ModuleConfig, TableId, ValType, ir::Value,
};

pub use references::{Placement, References};

/// A module taken apart.
#[derive(Debug)]
pub struct Split {
    /// What is needed first. It imports `load` from `parts`, which gets the number of the part, and exports the rest to the parts.
    pub first: Vec<u8>,
    /// The parts, in their order. They import everything from `first`.
    pub parts: Vec<Vec<u8>>,
}

/// The names by which the first module and its parts know each other.
const PARTS: &str = "parts";
const FIRST: &str = "first";

/// Which part a function belongs to, by its index among all functions; none stays.
type Assignment = Vec<Option<usize>>;

/// Takes `module` apart. `needed` are the functions that stay, by the numbers of [`instrument`]; each of the others goes to the first
/// of `parts` that its name has a path of, or to one more part, the last. `references` are of the same module as it was linked; where they
/// know of none, all data stay.
///
/// # Errors
///
/// If the module cannot be read, has no function table or no names, or has a function that the linker did not know and that may refer to data.
pub fn split(module: &[u8], references: &References, needed: &[usize], parts: &[Vec<String>]) -> Result<Split> {
    let mut first = parse(module)?;
    let graph = Graph::of(&first);
    let assignment = assign(&first, needed, parts)?;
    let slots = Slots::new(&mut first, &graph, &assignment)?;
    let count = parts.len() + 1;
    let placement = place(&first, references, &assignment, count)?;
    let others = (0..count)
        .map(|part| cut_part(module, part, &graph, &assignment, &slots, &placement))
        .collect::<Result<Vec<_>>>()?;
    cut_first(&mut first, &graph, &assignment, &slots, count)?;
    replace_data(&mut first, |at, bytes| placement.of_first(at, bytes))?;
    Ok(Split { first: first.emit_wasm(), parts: others })
}

fn parse(module: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(true).generate_producers_section(false);
    config.parse(module).context("the module")
}

/// The module without what the linker wrote down of it, which is true of the module as it was linked.
///
/// # Errors
///
/// If the module cannot be read.
pub fn without_references(module: &[u8]) -> Result<Vec<u8>> {
    let mut module = parse(module)?;
    for section in ["linking", "reloc.CODE", "reloc.DATA"] {
        module.customs.remove_raw(section);
    }
    Ok(module.emit_wasm())
}

/// Where data go.
fn place(module: &Module, references: &References, assignment: &Assignment, parts: usize) -> Result<Placement> {
    let span = references.span();
    let mut first = Vec::new();
    let mut others = vec![Vec::new(); parts];
    for (function, part) in module.funcs.iter().zip(assignment) {
        let name = function.name.as_deref().unwrap_or_default();
        if let (FunctionKind::Local(local), Some(span)) = (&function.kind, span)
            && !references.knows(name)
            && may_refer(local, span)
        {
            bail!("the function {name:?} was not linked, and seems to refer to data");
        }
        part.map_or(&mut first, |part| &mut others[part]).push(name);
    }
    Ok(references.place(&first, &others))
}

/// Whether a function has a number that is the address of data.
fn may_refer(function: &LocalFunction, (start, end): (u32, u32)) -> bool {
    struct Numbers(Vec<u64>);
    impl<'a> Visitor<'a> for Numbers {
        fn visit_value(&mut self, value: &Value) {
            if let Value::I32(value) = value {
                self.0.push(u64::from(value.cast_unsigned()));
            }
        }
        fn visit_load(&mut self, load: &walrus::ir::Load) {
            self.0.push(load.arg.offset);
        }
        fn visit_store(&mut self, store: &walrus::ir::Store) {
            self.0.push(store.arg.offset);
        }
        fn visit_load_simd(&mut self, load: &walrus::ir::LoadSimd) {
            self.0.push(load.arg.offset);
        }
    }
    let mut numbers = Numbers(Vec::new());
    dfs_in_order(&mut numbers, function, function.entry_block());
    numbers.0.iter().any(|n| (u64::from(start)..u64::from(end)).contains(n))
}

/// Segments of data become those that `pieces` makes of each, by their addresses.
fn replace_data(module: &mut Module, pieces: impl Fn(u32, &[u8]) -> Vec<(u32, Vec<u8>)>) -> Result<()> {
    let segments: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for id in segments {
        let DataKind::Active { memory, offset: ConstExpr::Value(Value::I32(at)) } = module.data.get(id).kind else {
            bail!("a segment of data without a place");
        };
        let bytes = std::mem::take(&mut module.data.get_mut(id).value);
        module.data.delete(id);
        module.memories.get_mut(memory).data_segments.remove(&id);
        for (at, bytes) in pieces(at.cast_unsigned(), &bytes) {
            let offset = ConstExpr::Value(Value::I32(at.cast_signed()));
            let id = module.data.add(DataKind::Active { memory, offset }, bytes);
            module.memories.get_mut(memory).data_segments.insert(id);
        }
    }
    Ok(())
}

/// Who calls whom, by the index among all functions.
struct Graph {
    ids: Vec<FunctionId>,
    callers: Vec<Vec<usize>>,
    /// The place of each function in the table, if it has one.
    place: Vec<Option<u64>>,
    /// Whether somebody else than functions refers to it: exports, the start, the table.
    root: Vec<bool>,
}

struct Calls<'a>(&'a mut Vec<FunctionId>);

impl<'a> Visitor<'a> for Calls<'_> {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.0.push(*function);
    }
}

impl Graph {
    fn of(module: &Module) -> Self {
        let ids: Vec<FunctionId> = module.funcs.iter().map(walrus::Function::id).collect();
        let index: HashMap<FunctionId, usize> = ids.iter().enumerate().map(|(i, &id)| (id, i)).collect();
        let mut callers = vec![Vec::new(); ids.len()];
        let mut called = Vec::new();
        for (id, function) in module.funcs.iter_local() {
            dfs_in_order(&mut Calls(&mut called), function, function.entry_block());
            for callee in called.drain(..) {
                callers[index[&callee]].push(index[&id]);
            }
        }
        let mut root = vec![false; ids.len()];
        let mut place = vec![None; ids.len()];
        for export in module.exports.iter() {
            if let walrus::ExportItem::Function(id) = export.item {
                root[index[&id]] = true;
            }
        }
        if let Some(id) = module.start {
            root[index[&id]] = true;
        }
        for element in module.elements.iter() {
            for (at, id) in functions_of(element).into_iter().enumerate() {
                root[index[&id]] = true;
                if let ElementKind::Active { offset: ConstExpr::Value(Value::I32(offset)), .. } = element.kind {
                    place[index[&id]] = Some(u64::from(offset.cast_unsigned()) + at as u64);
                }
            }
        }
        Self { ids, callers, place, root }
    }
}

fn functions_of(element: &walrus::Element) -> Vec<FunctionId> {
    match &element.items {
        ElementItems::Functions(ids) => ids.clone(),
        ElementItems::Expressions(_, expressions) => {
            expressions.iter().filter_map(|e| if let ConstExpr::RefFunc(id) = e { Some(*id) } else { None }).collect()
        }
    }
}

/// Each function that is not needed by its name.
fn assign(module: &Module, needed: &[usize], parts: &[Vec<String>]) -> Result<Assignment> {
    let needed: HashSet<usize> = needed.iter().copied().collect();
    let mut named = false;
    let assignment = module.funcs.iter().enumerate().map(|(i, function)| {
        let name = function.name.as_deref().unwrap_or_default();
        named |= !name.is_empty();
        let fits = |paths: &Vec<String>| paths.iter().any(|path| name.contains(path.as_str()));
        let later = matches!(function.kind, FunctionKind::Local(_)) && !needed.contains(&i);
        later.then(|| parts.iter().position(fits).unwrap_or(parts.len()))
    });
    let assignment = assignment.collect();
    if !named {
        bail!("the functions of the module have no names");
    }
    Ok(assignment)
}

/// Where in the table the functions of parts are found.
struct Slots {
    table: usize,
    size: u64,
    /// The place of each function that has to be found through the table.
    place: Vec<Option<u64>>,
}

impl Slots {
    /// Functions that are called from elsewhere than their own part get a place of their own, unless they have one.
    fn new(first: &mut Module, graph: &Graph, assignment: &Assignment) -> Result<Self> {
        let table = first.tables.main_function_table()?.context("the module has no table of functions")?;
        let mut place = graph.place.clone();
        let (mut size, known) = (first.tables.get(table).initial, first.tables.iter().position(|t| t.id() == table));
        for i in 0..assignment.len() {
            if assignment[i].is_some() && place[i].is_none() && is_stub(i, graph, assignment) {
                place[i] = Some(size);
                size += 1;
            }
        }
        let table = first.tables.get_mut(table);
        table.initial = size;
        table.maximum = table.maximum.map(|maximum| maximum.max(size));
        Ok(Self { table: known.context("the table")?, size, place })
    }
}

/// Whether a function of a part is known outside of it.
fn is_stub(i: usize, graph: &Graph, assignment: &Assignment) -> bool {
    graph.root[i] || graph.callers[i].iter().any(|&caller| assignment[caller] != assignment[i])
}

/// Whether a part needs `i` from outside.
fn is_asked_for(i: usize, graph: &Graph, assignment: &Assignment) -> bool {
    graph.callers[i].iter().any(|&caller| assignment[caller].is_some() && assignment[caller] != assignment[i])
}

fn cut_first(module: &mut Module, graph: &Graph, assignment: &Assignment, slots: &Slots, parts: usize) -> Result<()> {
    let table = nth(module.tables.iter().map(walrus::Table::id), slots.table)?;
    let loads = module.types.add(&[ValType::I32], &[]);
    let (load, _) = module.add_import_func(PARTS, "load", loads);
    let loaded: Vec<GlobalId> = (0..parts)
        .map(|_| module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0))))
        .collect();
    for (part, &global) in loaded.iter().enumerate() {
        module.exports.add(&format!("loaded{part}"), global);
    }
    for (i, part) in assignment.iter().enumerate() {
        let (Some(part), Some(place), true) = (*part, slots.place[i], is_stub(i, graph, assignment)) else { continue };
        let stub = stub(module, graph.ids[i], load, (part, loaded[part]), (table, place));
        module.funcs.get_mut(graph.ids[i]).kind = FunctionKind::Local(stub);
    }
    // What is not called any more goes with `gc`; what parts need is exported, by its number.
    for i in 0..assignment.len() {
        if is_asked_for(i, graph, assignment) {
            module.exports.add(&format!("f{i}"), graph.ids[i]);
        }
    }
    let memories: Vec<_> = module.memories.iter().map(walrus::Memory::id).collect();
    for (i, id) in memories.into_iter().enumerate() {
        module.exports.add(&format!("m{i}"), id);
    }
    let tables: Vec<_> = module.tables.iter().map(walrus::Table::id).collect();
    for (i, id) in tables.into_iter().enumerate() {
        module.exports.add(&format!("t{i}"), id);
    }
    let globals: Vec<_> = module.globals.iter().map(walrus::Global::id).filter(|id| !loaded.contains(id)).collect();
    for (i, id) in globals.into_iter().enumerate() {
        module.exports.add(&format!("g{i}"), id);
    }
    walrus::passes::gc::run(module);
    Ok(())
}

fn nth<T>(mut ids: impl Iterator<Item = T>, n: usize) -> Result<T> {
    ids.nth(n).context("one module, read twice, is not the same")
}

/// Loads the part unless it is there, and calls on.
fn stub(
    module: &mut Module,
    function: FunctionId,
    load: FunctionId,
    (part, loaded): (usize, GlobalId),
    (table, place): (TableId, u64),
) -> LocalFunction {
    let ty = module.funcs.get(function).ty();
    let (params, results) = (module.types.get(ty).params().to_vec(), module.types.get(ty).results().to_vec());
    let arguments: Vec<_> = params.iter().map(|&ty| module.locals.add(ty)).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    let mut body = builder.func_body();
    body.global_get(loaded).unop(walrus::ir::UnaryOp::I32Eqz).if_else(
        None,
        |then| {
            then.i32_const(i32::try_from(part).unwrap_or_default()).call(load);
        },
        |_| {},
    );
    for &argument in &arguments {
        body.local_get(argument);
    }
    body.i32_const(u32::try_from(place).unwrap_or_default().cast_signed()).call_indirect(ty, table);
    builder.local_func(arguments)
}

/// Everything but the functions of `part` and their data becomes an import.
fn cut_part(
    bytes: &[u8],
    part: usize,
    graph: &Graph,
    assignment: &Assignment,
    slots: &Slots,
    placement: &Placement,
) -> Result<Vec<u8>> {
    let mut module = parse(bytes)?;
    module.start = None;
    let exports: Vec<_> = module.exports.iter().map(walrus::Export::id).collect();
    exports.into_iter().for_each(|id| module.exports.delete(id));
    replace_data(&mut module, |at, bytes| placement.of_part(part, at, bytes))?;
    let elements: Vec<_> = module.elements.iter().map(walrus::Element::id).collect();
    elements.into_iter().for_each(|id| module.elements.delete(id));
    let imports: Vec<_> = module.imports.iter().map(walrus::Import::id).collect();
    imports.into_iter().for_each(|id| module.imports.delete(id));

    let memories: Vec<_> = module.memories.iter().map(walrus::Memory::id).collect();
    for (i, id) in memories.into_iter().enumerate() {
        let import = module.imports.add(FIRST, &format!("m{i}"), id);
        module.memories.get_mut(id).import = Some(import);
    }
    let tables: Vec<_> = module.tables.iter().map(walrus::Table::id).collect();
    let table = *tables.get(slots.table).context("the table")?;
    for (i, id) in tables.into_iter().enumerate() {
        let import = module.imports.add(FIRST, &format!("t{i}"), id);
        let entry = module.tables.get_mut(id);
        entry.import = Some(import);
        entry.elem_segments.clear();
        if id == table {
            entry.initial = slots.size;
            entry.maximum = entry.maximum.map(|maximum| maximum.max(slots.size));
        }
    }
    let globals: Vec<_> = module.globals.iter().map(walrus::Global::id).collect();
    for (i, id) in globals.into_iter().enumerate() {
        let import = module.imports.add(FIRST, &format!("g{i}"), id);
        module.globals.get_mut(id).kind = GlobalKind::Import(import);
    }

    let ids: Vec<FunctionId> = module.funcs.iter().map(walrus::Function::id).collect();
    for (i, &id) in ids.iter().enumerate() {
        if assignment[i] == Some(part) {
            continue;
        }
        let ty = module.funcs.get(id).ty();
        let import = module.imports.add(FIRST, &format!("f{i}"), id);
        module.funcs.get_mut(id).kind = FunctionKind::Import(ImportedFunction { import, ty });
    }
    let mut placed: Vec<(u64, FunctionId)> = (0..ids.len())
        .filter(|&i| assignment[i] == Some(part) && is_stub(i, graph, assignment))
        .filter_map(|i| Some((slots.place[i]?, ids[i])))
        .collect();
    placed.sort_unstable_by_key(|&(place, _)| place);
    let mut run: Vec<FunctionId> = Vec::new();
    let mut start = 0;
    for k in 0..placed.len() {
        if run.is_empty() {
            start = placed[k].0;
        }
        run.push(placed[k].1);
        if placed.get(k + 1).is_none_or(|next| next.0 != placed[k].0 + 1) {
            let offset = ConstExpr::Value(Value::I32(u32::try_from(start)?.cast_signed()));
            let items = ElementItems::Functions(std::mem::take(&mut run));
            let element = module.elements.add(ElementKind::Active { table, offset }, items);
            module.tables.get_mut(table).elem_segments.insert(element);
        }
    }
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

/// The module with a mark in every function: each exports `ran` and its number as a global, which is 1 once it was called.
///
/// # Errors
///
/// If the module cannot be read.
pub fn instrument(module: &[u8]) -> Result<Vec<u8>> {
    let mut module = parse(module)?;
    let ids: Vec<FunctionId> = module.funcs.iter().map(walrus::Function::id).collect();
    for (i, id) in ids.into_iter().enumerate() {
        let ran = match module.funcs.get(id).kind {
            FunctionKind::Local(_) => {
                module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)))
            }
            _ => continue,
        };
        module.exports.add(&format!("ran{i}"), ran);
        let FunctionKind::Local(function) = &mut module.funcs.get_mut(id).kind else { continue };
        function.builder_mut().func_body().const_at(0, Value::I32(1)).global_set_at(1, ran);
    }
    Ok(module.emit_wasm())
}
