package example;

import io.github.charrnn.Sampler;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;

/** Loads what App has saved and writes 20 characters, as a command that is started for each. */
public final class Write {
  private Write() {}

  /** Run after App. */
  public static void main(String[] args) throws IOException {
    System.out.println(Sampler.of(VanillaRnn.load(App.MODEL)).prime("the ").sample(20));
  }
}
