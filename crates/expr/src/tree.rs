//! Expressions as nodes in one list, children before parents, so that every pass over them is a loop: no depth of
//! nesting can overflow the stack. A node may have several parents; sizes count it once for each.

/// The place of a node in its list.
pub(super) type Id = u32;

/// A function of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Negate,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Exp,
    Ln,
    Log10,
    Sqrt,
    Abs,
    Sign,
    Step,
}

/// An operator or a function of two arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Min,
    Max,
    Atan2,
}

/// A comparison, the condition of an `if`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessEq,
    Greater,
    GreaterEq,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Node {
    /// A finite number.
    Number(f64),
    Pi,
    Euler,
    Variable(u32),
    Unary(Unary, Id),
    Binary(Binary, Id, Id),
    /// Left and right side of the comparison, then the value where it holds, then the value elsewhere.
    If(Comparison, [Id; 4]),
}

impl Node {
    /// The children: the first so many of four.
    pub(super) fn children(&self) -> ([Id; 4], usize) {
        match *self {
            Self::Number(_) | Self::Pi | Self::Euler | Self::Variable(_) => ([0; 4], 0),
            Self::Unary(_, a) => ([a, 0, 0, 0], 1),
            Self::Binary(_, a, b) => ([a, b, 0, 0], 2),
            Self::If(_, all) => (all, 4),
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
        self.sizes[self.root() as usize]
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
                let to = |id: Id| moved[id as usize];
                moved[i] = pruned.push(match node {
                    Node::Unary(f, a) => Node::Unary(f, to(a)),
                    Node::Binary(f, a, b) => Node::Binary(f, to(a), to(b)),
                    Node::If(c, all) => Node::If(c, all.map(to)),
                    leaf => leaf,
                });
            }
        }
        pruned
    }
}
