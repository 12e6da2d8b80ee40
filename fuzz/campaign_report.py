"""What a campaign leaves to read: text, JSON, and HTML with plots."""

import html
import json
import os

import engine
import plot


def text_of(summary):
    lines = [f"differential campaign: {summary['verdict']}",
             f"  time                 {summary['seconds']} s, {len(summary['engines'])} engines ("
             + ", ".join(part["engine"] for part in summary["engines"]) + ")",
             f"  executions           {summary['executions']:,} "
             f"({summary['executions_per_second']:,}/s, "
             f"{summary['executions_per_cpu_second']:,} per CPU second)"]
    floor = summary["floor"]
    if floor:
        lines.append(f"  speed                {floor['ratio']:.3f} of an empty harness "
                     f"({floor['empty_per_cpu_second']:,} per CPU second), at least "
                     f"{floor['least']} expected")
    lines += [f"  operations compared  {summary['operations_compared']:,}",
              f"  edges                {summary['edges']}",
              f"  stability            {summary['stability']} %"
              if summary["stability"] is not None else "  stability            not measured",
              f"  corpus               {summary['corpus']['before']} inputs before, "
              f"{summary['corpus']['after']} after"
              + (f", {summary['corpus']['rescued']} of them from a campaign that was killed"
                 if summary["corpus"]["rescued"] else ""),
              f"  differences          {summary['differences']} "
              f"({summary['failing_inputs']} failing inputs)"]
    lines += [f"  finding: {entry['signature']}: {entry.get('program', entry['input'])}"
              for entry in summary["findings"]]
    lines += ["  problem: " + problem for problem in summary["problems"]]
    return "\n".join(lines) + "\n"


def plots(samples):
    def series(key):
        return {key: [(sample["seconds"], sample[key]) for sample in samples]}
    return "".join(plot.svg(title, "seconds", label, series(key), steps=key == "findings")
                   for key, title, label in (
                       ("edges", "Coverage", "edges of the variant"),
                       ("executions", "Executions", "programs run"),
                       ("corpus", "Corpus", "inputs kept"),
                       ("findings", "Findings", "inputs that fail")))


def html_of(summary, text):
    findings = ""
    for entry in summary["findings"]:
        findings += f"<h3>{html.escape(entry['signature'])}</h3>\n"
        for key in ("program", "reproducer", "regression", "input"):
            if entry.get(key):
                findings += f"<div>{key}: <code>{html.escape(entry[key])}</code></div>\n"
        if entry.get("program"):
            with open(entry["program"], encoding="utf-8") as stream:
                findings += f"<pre>{html.escape(stream.read())}</pre>\n"
    engines = plot.table(
        ("engine", "name", "executions", "edges", "stability", "corpus"),
        [(part["engine"], part["label"], f"{part['executions']:,}", part["edges"],
          part["stability"], part["corpus"]) for part in summary["engines"]])
    return plot.page("Differential campaign: " + summary["verdict"],
                     f"<pre>{html.escape(text)}</pre>\n" + plots(summary["samples"])
                     + "\n<h2>Engines</h2>\n" + engines + "\n<h2>Findings</h2>\n"
                     + (findings or "<p>none</p>"))


def forget(folder, name):
    engine.forget(os.path.join(folder, name + ending) for ending in (".txt", ".json", ".html"))


def write(folder, name, summary):
    text = text_of(summary)
    engine.write_file(os.path.join(folder, name + ".txt"), text)
    engine.write_file(os.path.join(folder, name + ".json"), json.dumps(summary, indent=2) + "\n")
    engine.write_file(os.path.join(folder, name + ".html"), html_of(summary, text))
    return text
