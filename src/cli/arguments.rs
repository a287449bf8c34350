//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use secateur::report::Form;
use secateur::results::{Shard, TrialName};
use secateur::study::Profile;

/// How many samples does a pruned network need to learn a sparse target, and how does that
/// number grow with the dimension?
///
/// Exit codes: 0 done, 1 failure at run time, 2 bad usage or bad study, 3 finished with
/// failed trials, 4 `compare` found a significant change.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = examples(
        &["list", "study alpha_sweep --profile quick", "link relu"],
        "`secateur COMMAND --help` has examples of each command.",
    )
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Arguments of `watch`.
#[derive(Args, Debug)]
pub(crate) struct WatchArguments {
    /// Process whose workers must not outlive it
    pub(crate) harness: u32,
}

/// What can be typed, and what to know besides.
fn examples(lines: &[&str], hint: &str) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("  secateur {line}")).collect();
    format!("Examples:\n{}\n\n{hint}", lines.join("\n"))
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Wait for the end of a program that has workers, and end them
    #[command(hide = true)]
    Watch(WatchArguments),
    /// Run what a study lacks, fit exponents, draw figures, print verdicts
    #[command(after_help = examples(
        &[
            "study alpha_sweep --profile quick",
            "study mine.toml --set model.noise=0.2 --trials 100",
            "study alpha_sweep --shard 3/8 --quiet",
        ],
        "`secateur plan` shows what it would run; interrupted, the same command goes on.",
    ))]
    Study(StudyArguments),
    /// Write the scripts that run a study as a job array of Slurm; submit them with --submit
    ///
    /// Each task runs one shard of the study, is warned before its time limit and goes back
    /// into the queue; a last job completes what is missing, fits and draws.
    #[command(mut_arg("threads", |a| a.help("Threads of a task [default: its cores]")))]
    #[command(after_help = examples(
        &[
            "slurm alpha_sweep --profile full --tasks 100",
            "slurm alpha_sweep --tasks 20 --cpus 4 --time 2:00:00 --submit",
        ],
        "Without --submit the scripts can be read and changed first.",
    ))]
    Slurm(SlurmArguments),
    /// Show the studies: what each asks, how long it takes, and what results here say
    #[command(after_help = examples(
        &["list", "list --format json"],
        "A name of the list goes to `secateur study` and `secateur plan`.",
    ))]
    List(ListArguments),
    /// Show the results that are here: setting, cells, trials, day, verdicts
    ///
    /// A study as it is written has its results in OUT/NAME. With another seed, a profile or a
    /// --set that changes what is run, they are in a folder of their own, OUT/NAME@KEY=VALUE,…;
    /// every command that reads results takes such a name.
    #[command(after_help = examples(
        &["runs", "runs alpha_sweep --format json"],
        "A name of the list goes to `secateur fit`, `plot`, `report`, `explain` and `compare`.",
    ))]
    Runs(RunsArguments),
    /// Write a study file to begin with, commented, that runs as it is
    #[command(after_help = examples(
        &["new mine", "new mine --from noise"],
        "Then change it, and `secateur plan mine` says what it would run.",
    ))]
    New(NewArguments),
    /// Show cells, trials, predicted time and memory of a study; run nothing
    #[command(after_help = examples(
        &["plan alpha_sweep --profile full", "plan mine.toml --threads 8 --format json"],
        "Times are those of this machine; what is there already is not counted.",
    ))]
    Plan(PlanArguments),
    /// Compute thresholds, exponents and verdicts again from trials.csv, or from any CSV of trials
    ///
    /// Of a study or a folder with a trials.csv, the tables thresholds.csv and exponents.csv
    /// are written there. Any other CSV file needs only the columns learner, d, n, trial and
    /// risk; its tables are written to FOLDER/FILE/ with --out FOLDER, and else only printed.
    #[command(after_help = examples(
        &[
            "fit alpha_sweep --details",
            "fit alpha_sweep --threshold 0.3 --format markdown",
            "fit experiment.csv --out tables",
        ],
        "docs/statistics.md says what the columns mean.",
    ))]
    Fit(FitArguments),
    /// Say why a verdict is what it is: points, band, law, the rule that decided, what would settle it
    #[command(after_help = examples(
        &["explain alpha_sweep", "explain alpha_sweep pruned alpha=0.75"],
        "docs/statistics.md, section 4, has the rules.",
    ))]
    Explain(ExplainArguments),
    /// Draw the figures again, or some of them in another way
    ///
    /// With --figure, --series or --width the figures go to figures/chosen, and those of the
    /// result and its page stay what they are.
    #[command(after_help = examples(
        &[
            "plot alpha_sweep --beside alpha_sweep_k3",
            "plot alpha_sweep --figure exponents --series pruned --tau 0.3 --width 3.25in",
            "plot experiment.csv --out figures",
        ],
        "Each figure is there as .svg and as .png of 300 dots an inch, with --pdf as .pdf too.",
    ))]
    Plot(PlotArguments),
    /// Write the page of results again; of several also an index, OUT/report.html
    ///
    /// The page is one file with figures, verdicts and tables, which opens from disk without a
    /// network. `study`, `fit` and `plot` write it too.
    #[command(after_help = examples(
        &["report alpha_sweep", "report alpha_sweep noise width"],
        "A browser opens results/NAME/report.html.",
    ))]
    Report(ReportArguments),
    /// Hold two results against each other: which thresholds and exponents moved
    ///
    /// A pair is marked + where the estimate is significantly larger in B (more samples, a
    /// steeper growth), - where it is significantly smaller, ~ where it is not significantly
    /// different, ? where that cannot be decided. The probability that two honest runs of one
    /// study show any + or - is at most 1 %.
    ///
    /// Exit codes: 0 no significant change, 4 at least one, 1 results that cannot be read,
    /// 2 bad usage.
    #[command(after_help = examples(
        &[
            "compare alpha_sweep other/alpha_sweep",
            "compare before after --changed --format markdown",
        ],
        "In a script, exit code 4 says that something moved.",
    ))]
    Compare(CompareArguments),
    /// Join the tables of shards, or of folders from elsewhere, into one trials.csv
    ///
    /// A trial that several tables hold must be equal in all, to the bit. Nothing needs to be
    /// merged for `study`, `fit` and `plot`, which read the tables of all shards in a folder.
    #[command(after_help = examples(
        &["merge alpha_sweep", "merge alpha_sweep /mnt/a/alpha_sweep /mnt/b/alpha_sweep"],
        "`secateur fit` shows what the merged table says.",
    ))]
    Merge(MergeArguments),
    /// Run one trial again and show whether it matches to the bit
    #[command(after_help = examples(
        &["rerun alpha_sweep --trial 5f3c0a9e8b7d6c21/4096/0"],
        "cell, n and trial are columns of trials.csv.",
    ))]
    Rerun(RerunArguments),
    /// Write a trial as arrays for NumPy: x, y, V, scores, kept, W, a, predictions
    ///
    /// The trial is run again, from the manifest that its row names.
    #[command(after_help = examples(
        &[
            "trial alpha_sweep 0123456789abcdef/4096/3 --dump trial.npz",
            "trial alpha_sweep 0123456789abcdef/4096/3 --dump v.npz --arrays V,scores,kept",
        ],
        "CELL/N/TRIAL are the columns cell, n and trial of a row of trials.csv.",
    ))]
    Trial(TrialArguments),
    /// Write a data set as arrays for NumPy: x, y, f, V and a test set
    #[command(after_help = examples(
        &["data --link He2 --d 64 --alpha 0.5 --n 4096 --out data.npz"],
        "`--seed` and `--index` choose another one of the same law.",
    ))]
    Data(DataArguments),
    /// Hold a learner in another program against its contract
    ///
    /// Asks it, in small trials of the study, for arrays of the right shapes; for the same
    /// predictions at the same seed, also of a new process; for predictions that know nothing of
    /// the other test samples; for a risk of 1 at least where labels are noise; and for a risk of
    /// ½ at most where the oracle learns. One line a check.
    ///
    /// Exit codes: 0 all are kept, 1 one is not.
    #[command(after_help = examples(
        &["check-learner mine", "check-learner mine studies/own.toml --set learner.mine.width=128"],
        "docs/workers.md says what a worker reads and writes.",
    ))]
    CheckLearner(CheckLearnerArguments),
    /// Predicted exponents and bounds
    #[command(after_help = examples(
        &[
            "predict --k-star 2",
            "predict --k-star 3 --alpha 0.5 --d 1024",
            "predict --link He2+0.3*He4 --d 4096",
        ],
        "`secateur link` finds the k* of a link.",
    ))]
    Predict(PredictArguments),
    /// Hermite coefficients, information and generative exponent, blind channels of a link
    #[command(after_help = examples(
        &["link He3+0.5*He1", "link z1*z2 --activation tanh"],
        "Quote what your shell would read, such as spaces and `*`.",
    ))]
    Link(LinkArguments),
    /// Write the completions of a shell to standard output
    #[command(after_help = examples(
        &[
            "completions bash",
            "completions zsh",
        ],
        "Write it where your shell looks, as in ~/.local/share/bash-completion/completions/secateur.",
    ))]
    Completions(CompletionsArguments),
    /// Write the manual page to standard output, or all pages into a folder
    #[command(after_help = examples(
        &["man", "man --out /usr/local/share/man/man1"],
        "`secateur man | man -l -` shows the page at once.",
    ))]
    Man(ManArguments),
}

/// Form of what goes to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Form of a table of exponents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For a document.
    Markdown,
    /// For a paper.
    Latex,
    /// For a spreadsheet.
    Csv,
}

impl TableFormat {
    /// How tables are written; none in JSON.
    pub(crate) fn form(self) -> Option<Form> {
        match self {
            Self::Json => None,
            Self::Text => Some(Form::Text),
            Self::Markdown => Some(Form::Markdown),
            Self::Latex => Some(Form::Latex),
            Self::Csv => Some(Form::Csv),
        }
    }
}

impl From<Format> for TableFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
        }
    }
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressStyle {
    /// A bar on a terminal, lines elsewhere.
    Auto,
    /// A bar, redrawn in place.
    Bar,
    /// A line now and then.
    Lines,
    /// Nothing.
    None,
}

/// Where studies are looked for.
#[derive(Debug, Args)]
pub(crate) struct Studies {
    /// Folder of study files that come before those in `studies` here, and those of the program
    #[arg(long, value_name = "FOLDER")]
    pub(crate) studies: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    pub(crate) studies: Studies,

    /// Folder that holds the results of all studies
    #[arg(long, value_name = "FOLDER", default_value = "results")]
    pub(crate) out: PathBuf,

    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct RunsArguments {
    /// Names of studies, or of results [default: all]
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,

    /// Folder that holds the results of all studies
    #[arg(long, value_name = "FOLDER", default_value = "results")]
    pub(crate) out: PathBuf,

    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct NewArguments {
    /// Name of the study: of its file and of its folder of results
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Begin with this study rather than with the commented example
    #[arg(long, value_name = "STUDY")]
    pub(crate) from: Option<String>,

    #[command(flatten)]
    pub(crate) studies: Studies,
}

/// Which study, and what to change in it.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Name of a study, as `list` shows them, or path of a study file (.toml)
    #[arg(value_name = "NAME|FILE")]
    pub(crate) study: String,

    #[command(flatten)]
    pub(crate) studies: Studies,

    /// How much it may cost on two cores: quick 30 s, standard 5 min, full hours
    #[arg(long, value_enum, default_value = "standard")]
    pub(crate) profile: Profile,

    /// Change a value of the study, as in --set model.noise=0.2; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,

    /// Trials per cell and sample size [default: the study's]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000), allow_negative_numbers = true)]
    pub(crate) trials: Option<u32>,

    /// Seed of every random number [default: the study's]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,

    /// Threads [default: all cores]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=4096), allow_negative_numbers = true)]
    pub(crate) threads: Option<u16>,

    /// Folder that holds the results of all studies
    #[arg(long, value_name = "FOLDER", default_value = "results")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct StudyArguments {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Start anew: move earlier results of this study aside
    #[arg(long)]
    pub(crate) fresh: bool,

    /// Show the plan and stop
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Run what would settle the verdicts that are open: more trials or dimensions, as the notes of
    /// the last run advise, whichever reads fewer samples
    #[arg(long, conflicts_with_all = ["fresh", "shard"])]
    pub(crate) settle: bool,

    /// Largest power of ln d of every prediction [default: each its own]
    #[arg(long, value_name = "POWER", allow_negative_numbers = true)]
    pub(crate) log_power: Option<f64>,

    /// Run part k of N only, into a table of its own; nothing is fitted
    ///
    /// Parts may run at the same time, on different machines that share the folder, or in
    /// folders that `merge` joins later. A series is in one part as a whole (with search =
    /// "grid" a cell), chosen by a hash: parts stay what they are when the study grows.
    #[arg(long, value_name = "k/N", conflicts_with = "fresh")]
    pub(crate) shard: Option<Shard>,

    /// Do not ask before a study of more than an hour
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// How progress is shown; auto is a bar on a terminal, now and then a line elsewhere
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) progress: ProgressStyle,

    /// Form of the output; with json, progress and notes are JSON lines on standard error
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,

    /// No progress and no notes; errors only
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SlurmArguments {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Tasks, each a shard of the study
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000), allow_negative_numbers = true)]
    pub(crate) tasks: u32,

    /// Cores of a task
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=4096), allow_negative_numbers = true)]
    pub(crate) cpus: u16,

    /// Partition [default: the cluster's]
    #[arg(long, value_name = "NAME")]
    pub(crate) partition: Option<String>,

    /// Time limit of a task, as in 4:00:00 or 1-12:00:00 [default: the partition's]
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<String>,

    /// Memory of a task, as in 2G [default: the partition's]
    #[arg(long, value_name = "SIZE")]
    pub(crate) mem: Option<String>,

    /// Account that is charged [default: the user's]
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,

    /// Quality of service [default: the user's]
    #[arg(long, value_name = "NAME")]
    pub(crate) qos: Option<String>,

    /// Name of the jobs [default: the study's]
    #[arg(long, value_name = "NAME")]
    pub(crate) job_name: Option<String>,

    /// Most tasks at a time [default: no limit]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub(crate) array_limit: Option<u32>,

    /// MaxArraySize of the cluster: larger arrays are divided [default: what scontrol says, else 1001]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(2..), allow_negative_numbers = true)]
    pub(crate) max_array_size: Option<u32>,

    /// Folder of the scripts and of what the tasks print [default: slurm in the study's results]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) script_dir: Option<PathBuf>,

    /// Submit the scripts
    #[arg(long)]
    pub(crate) submit: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Part k of N only
    #[arg(long, value_name = "k/N")]
    pub(crate) shard: Option<Shard>,

    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// Which results.
#[derive(Clone, Debug, Args)]
pub(crate) struct FolderArguments {
    /// Name of a study with results, folder that holds a trials.csv, or any CSV file of trials
    #[arg(value_name = "NAME|FOLDER|FILE")]
    pub(crate) results: String,

    /// Folder that holds the results of all studies [default: results]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,

    /// Risk τ that has to be reached [default: the study's]
    #[arg(long, visible_alias = "tau", value_name = "RISK", allow_negative_numbers = true)]
    pub(crate) threshold: Option<f64>,

    /// Largest power of ln d of every prediction [default: each its own]
    #[arg(long, value_name = "POWER", allow_negative_numbers = true)]
    pub(crate) log_power: Option<f64>,
}

#[derive(Debug, Args)]
pub(crate) struct FitArguments {
    #[command(flatten)]
    pub(crate) folder: FolderArguments,

    /// Also show how far each exponent can be trusted (JSON and diagnostics.csv always do)
    #[arg(long)]
    pub(crate) details: bool,

    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TableFormat,
}

#[derive(Debug, Args)]
pub(crate) struct PlotArguments {
    #[command(flatten)]
    pub(crate) folder: FolderArguments,

    /// Other results whose cells stand in the figures of the law as well; may be repeated
    #[arg(long, value_name = "NAME|FOLDER")]
    pub(crate) beside: Vec<String>,

    /// Only this figure, by the name of its file; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) figure: Vec<String>,

    /// Only these series, as `explain` takes them: learners, and alpha=0.5, link=He2 and so on
    #[arg(long, value_name = "SERIES", num_args = 1..)]
    pub(crate) series: Vec<String>,

    /// Width of every figure, in in, cm, mm or pt: all in it is scaled
    #[arg(long, value_name = "LENGTH", value_parser = points)]
    pub(crate) width: Option<f64>,

    /// As .pdf too, with text as outlines
    #[arg(long)]
    pub(crate) pdf: bool,
}

/// A length in points.
fn points(text: &str) -> Result<f64, String> {
    const UNITS: [(&str, f64); 4] =
        [("in", 72.0), ("cm", 72.0 / 2.54), ("mm", 72.0 / 25.4), ("pt", 1.0)];
    let number = |(unit, size): (&str, f64)| {
        Some(text.strip_suffix(unit)?.trim().parse::<f64>().ok()? * size)
    };
    let length =
        UNITS.into_iter().find_map(number).filter(|length| (20.0..=4000.0).contains(length));
    length
        .ok_or_else(|| "write a length between 20pt and 4000pt, such as 3.25in or 84mm".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    #[command(flatten)]
    pub(crate) folder: FolderArguments,

    /// Which series: learners, and alpha=0.5, link=He2, r=1, q=0, noise=0.1 or input=gaussian
    /// [default: all]
    #[arg(value_name = "SERIES")]
    pub(crate) series: Vec<String>,

    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// Names of studies with results, or folders that hold a trials.csv
    #[arg(value_name = "NAME|FOLDER", required = true)]
    pub(crate) results: Vec<String>,

    /// Folder that holds the results of all studies [default: results]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,

    /// Risk that has to be reached [default: the study's]
    #[arg(long, value_name = "RISK", allow_negative_numbers = true)]
    pub(crate) threshold: Option<f64>,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// Name of a study with results, or folder that holds a thresholds.csv and an exponents.csv
    #[arg(value_name = "A")]
    pub(crate) a: String,

    /// The same, to be held against A
    #[arg(value_name = "B")]
    pub(crate) b: String,

    /// Show only what moved significantly
    #[arg(long)]
    pub(crate) changed: bool,

    /// Folder that holds the results of all studies
    #[arg(long, value_name = "FOLDER", default_value = "results")]
    pub(crate) out: PathBuf,

    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TableFormat,
}

#[derive(Debug, Args)]
pub(crate) struct PredictArguments {
    /// Information exponent k* of the link
    #[arg(
        long,
        value_name = "ORDER",
        required_unless_present = "link",
        allow_negative_numbers = true
    )]
    pub(crate) k_star: Option<u32>,

    /// The link itself, in place of k*: normalised as in a study, with its own s* and directions
    #[arg(long, conflicts_with_all = ["k_star", "r"], allow_hyphen_values = true)]
    pub(crate) link: Option<String>,

    /// Sparsity exponent α between 0 and 1 [default: a table over α]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) alpha: Option<f64>,

    /// Dimension: adds n* of `pruned` with its constant, by the finite-size law of the ranking
    #[arg(long, value_name = "DIMENSION", value_parser = clap::value_parser!(u64).range(1..=1 << 62), allow_negative_numbers = true)]
    pub(crate) d: Option<u64>,

    /// Number of relevant directions
    #[arg(long, value_name = "COUNT", default_value_t = 1, allow_negative_numbers = true)]
    pub(crate) r: usize,

    /// Generative exponent s* of the link [default: 1 for odd k*, 2 for even k*]
    #[arg(long, value_name = "ORDER", allow_negative_numbers = true)]
    pub(crate) s_star: Option<u32>,

    /// Activation of the network
    #[arg(long, value_name = "NAME", default_value = "relu")]
    pub(crate) activation: String,

    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct LinkArguments {
    /// The link, for example "t^2 + t^4", "He3 + 0.5*He1", "z1*z2" or relu
    #[arg(allow_hyphen_values = true)]
    pub(crate) link: String,

    /// Number of relevant directions [default: as many as the link names]
    #[arg(long, value_name = "COUNT")]
    pub(crate) r: Option<usize>,

    /// Activation of the network
    #[arg(long, value_name = "NAME", default_value = "relu")]
    pub(crate) activation: String,

    /// Shift c of the gradient comparison [default: the best one for k*, and 0]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) shift: Option<f64>,

    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArguments {
    /// Name of a study with results, or folder: where the merged table goes
    #[arg(value_name = "NAME|FOLDER")]
    pub(crate) results: String,

    /// Further folders of results, from other machines
    #[arg(value_name = "FROM")]
    pub(crate) from: Vec<String>,

    /// Folder that holds the results of all studies
    #[arg(long, value_name = "FOLDER", default_value = "results")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct RerunArguments {
    /// Name of a study with results, or folder that holds a trials.csv
    #[arg(value_name = "NAME|FOLDER")]
    pub(crate) results: String,

    /// The trial, by its columns cell, n and trial
    #[arg(long, value_name = "CELL/N/TRIAL")]
    pub(crate) trial: TrialName,

    /// Folder that holds the results of all studies
    #[arg(long, value_name = "FOLDER", default_value = "results")]
    pub(crate) out: PathBuf,

    /// Threads inside the trial, which do not change its numbers [default: 1]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=4096), allow_negative_numbers = true)]
    pub(crate) threads: Option<u16>,

    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct TrialArguments {
    /// Name of a study with results, or folder that holds a trials.csv
    #[arg(value_name = "NAME|FOLDER")]
    pub(crate) results: String,

    /// The trial, by its columns cell, n and trial
    #[arg(value_name = "CELL/N/TRIAL")]
    pub(crate) trial: TrialName,

    /// The archive to write
    #[arg(long, value_name = "FILE.npz")]
    pub(crate) dump: PathBuf,

    /// Arrays to write, separated by commas; x stands for those of every stage [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) arrays: Vec<String>,

    /// Folder that holds the results of all studies
    #[arg(long, value_name = "FOLDER", default_value = "results")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct DataArguments {
    /// The link σ*
    #[arg(long)]
    pub(crate) link: String,

    /// Dimension d
    #[arg(long)]
    pub(crate) d: u64,

    /// Sparsity exponent α between 0 and 1
    #[arg(long)]
    pub(crate) alpha: f64,

    /// Number of samples n
    #[arg(long)]
    pub(crate) n: u64,

    /// Number of directions r [default: that of the link]
    #[arg(long)]
    pub(crate) r: Option<u64>,

    /// Norm exponent q of soft sparsity, 0 ≤ q < 2
    #[arg(long, default_value_t = 0.0)]
    pub(crate) q: f64,

    /// Standard deviation of the label noise
    #[arg(long, default_value_t = 0.1)]
    pub(crate) noise: f64,

    /// Law of the inputs
    #[arg(long, default_value = "gaussian")]
    pub(crate) input: String,

    /// Samples of the test set
    #[arg(long, default_value_t = 4096)]
    pub(crate) test: u64,

    /// Seed
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,

    /// Which data set of that seed
    #[arg(long, default_value_t = 0)]
    pub(crate) index: u32,

    /// The archive to write
    #[arg(long, value_name = "FILE.npz")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CheckLearnerArguments {
    /// Name of the learner, of a table [learner.NAME] with a command
    #[arg(value_name = "NAME")]
    pub(crate) learner: String,

    /// Study that has it [default: the only one]
    #[arg(value_name = "STUDY|FILE")]
    pub(crate) study: Option<String>,

    #[command(flatten)]
    pub(crate) studies: Studies,

    /// Change a value of the study, as in --set learner.mine.width=128; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArguments {
    /// Folder for the pages of the program and of every command
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_help_has_examples_that_can_be_typed() {
        let program = Arguments::command();
        let shown = program.get_subcommands().filter(|command| !command.is_hide_set());
        for command in std::iter::once(&program).chain(shown) {
            let name = command.get_name();
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let (examples, hint) = help.split_once("\n\n").unwrap_or_else(|| panic!("{name}"));
            assert!(!hint.is_empty(), "{name}");
            let mut lines = examples.lines();
            assert_eq!(lines.next(), Some("Examples:"), "{name}");
            for line in lines {
                let parsed = Arguments::try_parse_from(line.split_whitespace());
                let parsed = parsed.unwrap_or_else(|e| panic!("{line}: {e}"));
                let about = format!("{:?}", parsed.command).to_lowercase();
                assert!(
                    about.starts_with(&name.replace('-', "")) || name == "secateur",
                    "{line} is of {name}"
                );
            }
        }
    }
}
