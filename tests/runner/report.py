"""Which requirement is proven by which test: the ids stand in the tests themselves."""

import ast
import html
import json
import re

ID = re.compile(r"\b([RPLTSAMNCWJ]\d{1,2})\b")
REQUIREMENT = re.compile(r"^\| ([RPLTSAMNCWJ]\d{1,2}) \| (.+?) \| (.+?) \|$", re.MULTILINE)
CPP_TEST = re.compile(r"\bvoid (\w+)\(void\s*\*\*[^)]*\)\s*\{\s*((?://[^\n]*\n\s*)*)")


def requirements(root):
    text = (root / "tests/REQUIREMENTS.md").read_text(encoding="utf-8")
    return {found[0]: found[1] for found in REQUIREMENT.findall(text)}


def ids_in_sources(root):
    """test name -> the ids in its name or first lines."""
    found = {}
    for path in (root / "tests").rglob("*.cpp"):
        for name, comment in CPP_TEST.findall(path.read_text(encoding="utf-8")):
            found.setdefault(name, set()).update(ID.findall(comment))
    for path in (root / "tests").rglob("*_test.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                first = (ast.get_docstring(node) or "").split("\n", 1)[0]
                found.setdefault(node.name, set()).update(ID.findall(first + " " + node.name))
    return found


def write(root, results, folder):
    """Writes report.json and report.html, and says which ids nothing proves."""
    wanted = requirements(root)
    ids = ids_in_sources(root)
    rows = {}
    for name in wanted:
        rows[name] = [{"program": case.program, "test": case.name, "result": case.result}
                      for case in results if name in ids.get(case.name, ())]
    proven = [name for name, tests in rows.items()
              if tests and all(test["result"] == "passed" for test in tests)]
    failed = [name for name, tests in rows.items()
              if any(test["result"] != "passed" for test in tests)]
    unproven = [name for name, tests in rows.items() if not tests]
    folder.mkdir(parents=True, exist_ok=True)
    passed = sum(case.result == "passed" for case in results)
    content = {"tests": len(results), "passed": passed, "proven": proven, "failed": failed,
               "unproven": unproven,
               "requirements": [{"id": name, "text": text, "tests": rows[name]}
                                for name, text in wanted.items()]}
    (folder / "report.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n",
                                        encoding="utf-8")
    (folder / "report.html").write_text(as_html(content), encoding="utf-8")
    print(f"requirements: {len(proven)} proven, {len(failed)} failed, {len(unproven)} that nothing "
          f"proves: {' '.join(unproven) or 'none'}")
    print(f"report: {folder / 'report.html'}")


def as_html(content):
    rows = []
    for item in content["requirements"]:
        tests = "<br>".join(
            f"{html.escape(test['program'])}: {html.escape(test['test'])} "
            f"<b class={test['result']}>{test['result']}</b>" for test in item["tests"])
        text = html.escape(item["text"])
        rows.append(f"<tr><th scope=row>{item['id']}</th><td>{text}</td>"
                    f"<td>{tests or '<b class=failed>nothing proves it</b>'}</td></tr>")
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Requirements and their tests</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem; max-width: 80rem }}
table {{ border-collapse: collapse }} th, td {{ text-align: left; vertical-align: top;
padding: .4rem .8rem; border-bottom: 1px solid #ccc }} .passed {{ color: #176617 }}
.failed, .skipped {{ color: #a11 }}
</style>
<h1>Requirements and their tests</h1>
<p>{content['passed']} of {content['tests']} tests passed; {len(content['proven'])} requirements
proven, {len(content['failed'])} failed, {len(content['unproven'])} that nothing proves.</p>
<table><tr><th>Id<th>Requirement<th>Tests and results</tr>
{chr(10).join(rows)}
</table></html>
"""
