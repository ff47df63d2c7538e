//! Expressions as nodes in one list, children before parents, so that every pass over them is a loop: no depth of
//! nesting can overflow the stack. A node may have several parents; sizes count it once for each.

/// The place of a node in its list.
pub(super) type Id = u32;

pub(super) use iterscope_blocks::{Binary, Unary};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Node {
    /// A finite number.
    Number(f64),
    Pi,
    Euler,
    Variable(u32),
    Unary(Unary, Id),
    Binary(Binary, Id, Id),
    /// A condition, the value where it holds, the value elsewhere.
    If([Id; 3]),
}

impl Node {
    /// The children: the first so many of three.
    pub(super) fn children(&self) -> ([Id; 3], usize) {
        match *self {
            Self::Number(_) | Self::Pi | Self::Euler | Self::Variable(_) => ([0; 3], 0),
            Self::Unary(_, a) => ([a, 0, 0], 1),
            Self::Binary(_, a, b) => ([a, b, 0], 2),
            Self::If(all) => (all, 3),
        }
    }

    /// The same node with its children moved.
    pub(super) fn moved(self, to: impl Fn(Id) -> Id) -> Self {
        match self {
            Self::Unary(f, a) => Self::Unary(f, to(a)),
            Self::Binary(f, a, b) => Self::Binary(f, to(a), to(b)),
            Self::If(all) => Self::If(all.map(to)),
            leaf => leaf,
        }
    }
}

/// An expression: its last node is the root, once it is finished.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    sizes: Vec<usize>,
}

impl Tree {
    /// Adds a node whose children are here already.
    pub(super) fn push(&mut self, node: Node) -> Id {
        let (children, count) = node.children();
        let below = children[..count].iter().fold(0usize, |s, &c| s.saturating_add(self.sizes[c as usize]));
        self.nodes.push(node);
        self.sizes.push(below.saturating_add(1));
        (self.nodes.len() - 1) as Id
    }

    pub(super) fn node(&self, id: Id) -> Node {
        self.nodes[id as usize]
    }

    /// All nodes, children before parents.
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(super) fn root(&self) -> Id {
        (self.nodes.len() - 1) as Id
    }

    /// The number of nodes, one with several parents counted for each of them.
    pub(super) fn size(&self) -> usize {
        self.size_of(self.root())
    }

    /// The number of nodes from this one down, counted likewise.
    pub(super) fn size_of(&self, id: Id) -> usize {
        self.sizes[id as usize]
    }

    /// Whether a node is a truth value: a comparison, or one joined from such.
    pub(super) fn is_truth(&self, id: Id) -> bool {
        match self.node(id) {
            Node::Unary(f, _) => f == Unary::Not,
            Node::Binary(f, ..) => is_comparison(f) || matches!(f, Binary::And | Binary::Or),
            _ => false,
        }
    }

    /// One value per node, made from the node and the values of its children.
    pub(super) fn bottom_up<T>(&self, mut value: impl FnMut(&Node, &[T]) -> T) -> Vec<T> {
        let mut values = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let next = value(node, &values);
            values.push(next);
        }
        values
    }

    /// The nodes below `root` alone, so that `root` is the last one.
    pub(super) fn pruned(&self, root: Id) -> Self {
        let mut needed = vec![false; self.nodes.len()];
        needed[root as usize] = true;
        for (i, node) in self.nodes.iter().enumerate().rev() {
            if needed[i] {
                let (children, count) = node.children();
                children[..count].iter().for_each(|&c| needed[c as usize] = true);
            }
        }
        let mut pruned = Self::default();
        let mut moved = vec![0; self.nodes.len()];
        for (i, &node) in self.nodes.iter().enumerate() {
            if needed[i] {
                moved[i] = pruned.push(node.moved(|id| moved[id as usize]));
            }
        }
        pruned
    }
}

pub(super) fn is_comparison(f: Binary) -> bool {
    use Binary::{Equal, Greater, GreaterEq, Less, LessEq, NotEqual};
    matches!(f, Less | LessEq | Greater | GreaterEq | Equal | NotEqual)
}
