package io.github.charrnn.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.charrnn.cli.report.Page;
import io.github.charrnn.cli.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows several runs on one page. */
@Command(
    name = "compare",
    description = "Writes a page with several runs side by side, from their MODEL.report.json.")
final class CompareCommand implements Callable<Integer> {
  private static final int MOST = 24;

  private final Terminal terminal;
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "MODEL",
      description = "Models that rnn train has saved, or their reports, 2 to 24 of them.")
  private List<Path> models;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to save the page; a file of that name is replaced.")
  private Path output = Path.of("compare.html");

  CompareCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (models.size() < 2 || models.size() > MOST) {
      throw new ParameterException(
          spec.commandLine(),
          "the number of models is " + models.size() + ", must be from 2 to " + MOST);
    }
    Destinations.requireWritable(output);
    for (Path model : models) {
      for (Path read : List.of(model, Reports.file(model))) {
        if (Destinations.isSame(output, read.toString())) {
          throw new ParameterException(
              spec.commandLine(), "the page would replace " + read + ": name another file");
        }
      }
    }
    JsonArray reports = new JsonArray();
    for (Path model : models) {
      reports.add(Reports.read(model));
    }
    JsonObject page = new JsonObject();
    page.addProperty("format", Report.FORMAT);
    page.addProperty("program", Main.program());
    page.add("reports", reports);
    RunReport.write(output, Page.of(models.size() + " runs compared", page));
    terminal.println("written " + output);
    return Main.OK;
  }
}
