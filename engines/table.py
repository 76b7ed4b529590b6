"""The one table of engines. A new one is a line here and a folder with its `go.mod` and `go.sum`."""

from ..core.errors import MissingError
from .base import Recipe
from .vendor import install_pulumi

RECIPES: tuple[Recipe, ...] = (
    Recipe(
        name="kubo",
        version="0.42.0",
        program="ipfs",
        package="github.com/ipfs/kubo/cmd/ipfs",
        ldflags="-s -w",
        version_pattern=r"ipfs version (\S+)",
        home_variable="IPFS_PATH",
        by_hand="https://docs.ipfs.tech/install/command-line/",
    ),
    Recipe(
        name="pulumi",
        version="3.259.0",
        program="pulumi",
        package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        # Without this linker flag the program does not know its version, and its SDK refuses it.
        ldflags="-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0",
        tags="osusergo,grpcnotrace",
        version_pattern=r"v(\S+)",
        home_variable="PULUMI_HOME",
        by_hand="https://www.pulumi.com/docs/iac/download-install/",
        vendor=install_pulumi,
    ),
)


def recipe_of(name: str) -> Recipe:
    """The engine called `name`; raises `MissingError` where there is none."""
    for recipe in RECIPES:
        if recipe.name == name:
            return recipe
    known = ", ".join(recipe.name for recipe in RECIPES)
    raise MissingError(
        f"There is no engine {name!r}",
        why=f"known: {known}",
        fix="ampacity engines list",
        code="AMP-ENGINE-UNKNOWN",
    )
