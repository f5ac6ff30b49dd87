package io.github.charrnn.cli.tune;

import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import java.util.List;
import java.util.Optional;

/**
 * What all runs of a search read.
 *
 * @param training what they train on
 * @param chosenBy what says which of them are good, in the same vocabulary
 * @param documents what the text is made of, unless it is one
 */
public record Material(
    EncodedText training, List<EncodedText> chosenBy, Optional<Documents> documents) {}
