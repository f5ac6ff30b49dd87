package io.github.charrnn.cli.weights;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What programs call the tensors of a vanilla network. In a file each name may stand behind a
 * prefix that ends with a dot, in capitals or not.
 */
public enum Names {
  /** Those of the equations, and of the model file. */
  EQUATIONS(
      new Name("U", Role.U),
      new Name("W", Role.W),
      new Name("V", Role.V),
      new Name("b", Role.B),
      new Name("c", Role.C),
      new Name("start", Role.START)),

  /** Those of PyTorch's RNN and Linear; those of RNNCell have no layer. */
  PYTORCH(
      new Name("weight_ih_l0", Role.U),
      new Name("weight_hh_l0", Role.W),
      new Name("weight", Role.V),
      new Name("bias_ih_l0", Role.B),
      new Name("bias_hh_l0", Role.B),
      new Name("bias", Role.C)),

  /** Those of min-char-rnn. */
  KARPATHY(
      new Name("Wxh", Role.U),
      new Name("Whh", Role.W),
      new Name("Why", Role.V),
      new Name("bh", Role.B),
      new Name("by", Role.C));

  private static final int SHOWN = 12; // tensors in a sentence
  private static final String NEEDED =
      "%s, must be exactly one each of %s, with or without a prefix such as model.: %s";

  private record Name(String text, Role role) {
    private static final Pattern LAYER = Pattern.compile("(_[ih]h)$");

    boolean isOf(Stored tensor) {
      String last = tensor.name().substring(tensor.name().lastIndexOf('.') + 1);
      return LAYER.matcher(last).replaceFirst("$1_l0").equalsIgnoreCase(text);
    }

    boolean isNeeded() {
      return role != Role.START;
    }
  }

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
  private final List<Name> names;

  Names(Name... names) {
    this.names = List.of(names);
  }

  /**
   * Finds out which tensor is which.
   *
   * @return of each role the tensors whose sum it is
   * @throws IOException if there are others, or some are missing
   */
  public static Map<Role, List<Stored>> roles(List<Stored> tensors) throws IOException {
    List<Names> likely =
        Stream.of(values()).filter(names -> !names.of(tensors, Role.W).isEmpty()).toList();
    if (likely.size() != 1) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              NEEDED,
              there(tensors),
              Stream.of(values()).map(Names::needed).collect(Collectors.joining("; or of ")),
              "rename them"));
    }
    return likely.get(0).rolesOf(tensors);
  }

  private Map<Role, List<Stored>> rolesOf(List<Stored> tensors) throws IOException {
    Map<Role, List<Stored>> roles = new EnumMap<>(Role.class);
    List<Stored> others = new ArrayList<>(tensors);
    for (Name name : names) {
      List<Stored> found = tensors.stream().filter(name::isOf).toList();
      if (found.size() > 1) {
        throw wrong(tensors, "leave out all but one " + name.text());
      }
      if (found.isEmpty() && name.isNeeded()) {
        throw wrong(tensors, "add " + name.text());
      }
      others.removeAll(found);
      roles.computeIfAbsent(name.role(), role -> new ArrayList<>()).addAll(found);
    }
    if (!others.isEmpty()) {
      throw wrong(tensors, "leave out " + others.get(0).shown());
    }
    return roles;
  }

  private List<Stored> of(List<Stored> tensors, Role role) {
    return tensors.stream()
        .filter(tensor -> names.stream().anyMatch(it -> it.role() == role && it.isOf(tensor)))
        .toList();
  }

  private IOException wrong(List<Stored> tensors, String wayOut) {
    return new IOException(String.format(Locale.ROOT, NEEDED, there(tensors), needed(), wayOut));
  }

  private String needed() {
    return names.stream().filter(Name::isNeeded).map(Name::text).collect(Collectors.joining(", "));
  }

  private static String there(List<Stored> tensors) {
    if (tensors.isEmpty()) {
      return "there are no tensors";
    }
    String first =
        tensors.stream().limit(SHOWN).map(Stored::shown).collect(Collectors.joining(", "));
    int more = tensors.size() - SHOWN;
    return "the tensors are " + first + (more > 0 ? " and " + more + " more" : "");
  }

  /** What it calls a role, behind PyTorch's own prefixes. */
  public Optional<String> name(Role role) {
    String prefix = this != PYTORCH ? "" : role == Role.V || role == Role.C ? "fc." : "rnn.";
    return names.stream().filter(it -> it.role() == role).findFirst().map(it -> prefix + it.text());
  }
}
