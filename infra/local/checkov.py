"""Install the scanner of ``make infra-test`` into .tools/checkov, where its checks look."""

from __future__ import annotations

from bootstrap import ROOT, TOOLS, SetupError, install_tools, say

if __name__ == "__main__":
    try:
        install_tools(TOOLS / "checkov", ROOT / "infra/local/checkov.txt")
    except SetupError as error:
        # The checks say what that leaves out, and fail where nothing may be.
        say(str(error))
