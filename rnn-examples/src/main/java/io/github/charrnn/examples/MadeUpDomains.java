package io.github.charrnn.examples;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Trainer;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Made-up domains: one model learns real domains, one made-up ones. Whichever is less surprised by
 * another domain says what that is.
 *
 * <p>Run it with {@code MadeUpDomains [real.txt made-up.txt]}.
 */
record MadeUpDomains(VanillaRnn real, VanillaRnn madeUp) {
  private static final CharVocab SYMBOLS = CharVocab.of("abcdefghijklmnopqrstuvwxyz0123456789-.\n");
  private static final String QUESTIONS =
      "coffeehouse.com maven.org openstreetmap.org wikipedia.org stackoverflow.com"
          + " qz7hw0kxvm.net ahxkqowmzrtd.com x4kfj2l9q0.org vbnyrkwjgp.io";

  public static void main(String[] args) throws IOException {
    MadeUpDomains models =
        args.length > 1
            ? train(Files.readAllLines(Path.of(args[0])), Files.readAllLines(Path.of(args[1])))
            : train(Texts.domains(Texts.words(), 1, 2_000), Texts.madeUpDomains(2, 2_000));
    for (String domain : QUESTIONS.split(" ", -1)) {
      double bits = models.evidence(domain);
      System.out.printf("%s %+.2f bits: %s%n", domain, bits, bits > 0 ? "made up" : "real");
    }
  }

  static MadeUpDomains train(List<String> real, List<String> madeUp) {
    return new MadeUpDomains(train(real), train(madeUp));
  }

  private static VanillaRnn train(List<String> domains) {
    Documents.Reader reader = Documents.lines().reader(SYMBOLS, UnknownSymbols.skip());
    domains.forEach(reader::add);
    VanillaRnn rnn = VanillaRnn.builder(SYMBOLS).documents(Documents.lines()).build();
    return Trainer.of(rnn).trainEpochs(reader.finish(), 2).best();
  }

  /** By how many bits per character it surprises the model of real domains more than the other. */
  double evidence(String domain) {
    EncodedText text = real.encode(domain, UnknownSymbols.skip());
    return real.evaluate(text).bitsPerCharacter() - madeUp.evaluate(text).bitsPerCharacter();
  }
}
