//! How much one operation may take, and the count of what it took.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::models::TokenUsage;

/// What one operation (a prompt, a skill, a task) may take. Tasks that it starts
/// spend from the tokens, the dollars and the time of their parent as well as
/// from their own.
///
/// | budget | default |
/// |---|---|
/// | `turns` | 100 |
/// | `tokens` | 5,000,000 |
/// | `dollars` | 20 |
/// | `wall_time` | 1 hour |
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Budgets {
    /// Replies of the model.
    pub turns: u32,
    /// Tokens read and written, those from the provider's cache included.
    pub tokens: u64,
    /// Dollars; without effect for a model whose prices are not known.
    pub dollars: f64,
    /// Time from start to end.
    pub wall_time: Duration,
}

impl Default for Budgets {
    fn default() -> Self {
        Budgets {
            turns: 100,
            tokens: 5_000_000,
            dollars: 20.0,
            wall_time: Duration::from_secs(3600),
        }
    }
}

/// Which budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetKind {
    /// [`Budgets::turns`].
    Turns,
    /// [`Budgets::tokens`].
    Tokens,
    /// [`Budgets::dollars`].
    Dollars,
    /// [`Budgets::wall_time`], in seconds.
    WallTime,
}

/// A budget is spent. The conversation is whole and the session takes another
/// prompt, with a fresh budget.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error(
    "the budget `{}` is spent: {spent} of {allowed} {}; to allow more, set `Budgets::{}` \
     for the agent or for this call",
    kind.field(), kind.unit(), kind.field()
)]
pub struct BudgetReached {
    /// Which one.
    pub kind: BudgetKind,
    /// What was spent, in the budget's unit.
    pub spent: f64,
    /// What was allowed.
    pub allowed: f64,
}

impl BudgetKind {
    fn field(self) -> &'static str {
        match self {
            BudgetKind::Turns => "turns",
            BudgetKind::Tokens => "tokens",
            BudgetKind::Dollars => "dollars",
            BudgetKind::WallTime => "wall_time",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            BudgetKind::WallTime => "seconds",
            kind => kind.field(),
        }
    }
}

/// What an operation has spent so far.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Spent {
    /// Replies.
    pub turns: u32,
    /// Tokens.
    pub usage: TokenUsage,
    /// Dollars, where prices are known.
    pub dollars: Option<f64>,
}

/// Counts what an operation spends, and tells its parent's meter.
pub(crate) struct Meter {
    budgets: Budgets,
    started: Instant,
    spent: Mutex<Spent>,
    parent: Option<Arc<Meter>>,
}

impl Meter {
    pub(crate) fn start(budgets: Budgets, parent: Option<Arc<Meter>>) -> Arc<Meter> {
        Arc::new(Meter {
            budgets,
            started: Instant::now(),
            spent: Mutex::default(),
            parent,
        })
    }

    /// Counts a reply of this operation.
    pub(crate) fn add_turn(&self) {
        self.lock().turns += 1;
    }

    /// Counts tokens and dollars, here and in the operations above.
    pub(crate) fn add(&self, usage: TokenUsage, dollars: Option<f64>) {
        let mut spent = self.lock();
        spent.usage += usage;
        if let Some(dollars) = dollars {
            *spent.dollars.get_or_insert(0.0) += dollars;
        }
        drop(spent);
        if let Some(parent) = &self.parent {
            parent.add(usage, dollars);
        }
    }

    pub(crate) fn spent(&self) -> Spent {
        *self.lock()
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// When the time of this operation or of one above is up.
    pub(crate) fn deadline(&self) -> Instant {
        // A budget too long to count is one of a century.
        let century = Duration::from_secs(100 * 365 * 86_400);
        let own = self.started + self.budgets.wall_time.min(century);
        match &self.parent {
            Some(parent) => own.min(parent.deadline()),
            None => own,
        }
    }

    /// Whether another turn may begin.
    pub(crate) fn check(&self) -> Result<(), BudgetReached> {
        let spent = self.spent();
        let turns = f64::from(spent.turns);
        let allowed = f64::from(self.budgets.turns);
        reached(BudgetKind::Turns, turns, allowed)?;
        self.check_shared()
    }

    fn check_shared(&self) -> Result<(), BudgetReached> {
        let spent = self.spent();
        let tokens = total_tokens(&spent.usage);
        reached(
            BudgetKind::Tokens,
            tokens as f64,
            self.budgets.tokens as f64,
        )?;
        if let Some(dollars) = spent.dollars {
            reached(BudgetKind::Dollars, dollars, self.budgets.dollars)?;
        }
        self.check_time()?;
        self.parent.as_ref().map_or(Ok(()), |up| up.check_shared())
    }

    /// Whether the time is up, here or above.
    pub(crate) fn check_time(&self) -> Result<(), BudgetReached> {
        let allowed = self.budgets.wall_time.as_secs_f64();
        reached(BudgetKind::WallTime, self.elapsed().as_secs_f64(), allowed)?;
        self.parent.as_ref().map_or(Ok(()), |up| up.check_time())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All tokens of a usage.
pub(crate) fn total_tokens(usage: &TokenUsage) -> u64 {
    usage.total_tokens()
}

fn reached(kind: BudgetKind, spent: f64, allowed: f64) -> Result<(), BudgetReached> {
    if spent >= allowed {
        return Err(BudgetReached {
            kind,
            spent,
            allowed,
        });
    }
    Ok(())
}
