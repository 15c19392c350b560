from darkroom.settings import Settings


def test_a_section_stands_in_a_module_of_its_name() -> None:
    """What darkroom.yaml calls a section is the file that says what may stand in it."""
    modules = {name: type(section).__module__ for name, section in Settings()}

    assert modules == {name: f"darkroom.settings.{name}" for name in Settings.model_fields}
