//! `explain`: why a verdict is what it is.

use secateur::analysis::explain::{Explanation, explain as explanations};
use secateur::{Error, Result, report};

use super::arguments::{ExplainArguments, Format};
use super::ending::Ending;
use super::folder::Found;
use super::print;
use super::voice::Voice;
use super::wanted::Wanted;

/// `secateur explain`.
pub(crate) fn explain(arguments: &ExplainArguments, voice: Voice) -> Result<Ending> {
    let ExplainArguments { folder, series, format } = arguments;
    let wanted = Wanted::parse(series)?;
    let found = Found::locate(folder, voice)?;
    let analysis = found.analyse()?;
    let chosen = explanations(&analysis, |e| wanted.holds(&e.series));
    if chosen.is_empty() {
        let all = analysis.exponents.iter().chain(&analysis.pooled);
        let names: Vec<String> = all.map(|e| e.series.to_string()).collect();
        return Err(Error::usage(format!(
            "no series of {} is {}",
            folder.results,
            series.join(" ")
        ))
        .hint(format!("there are: {}", names.join("; "))));
    }
    let command = found.settling();
    match format {
        Format::Json => print::json(&chosen),
        Format::Text => {
            let text = |one: &Explanation| report::explanation(one, command.as_deref());
            print::sections(&chosen.iter().map(text).collect::<Vec<_>>())
        }
    }?;
    Ok(Ending::Done)
}
