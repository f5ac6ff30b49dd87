package io.github.charrnn.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.charrnn.cli.files.Destinations;
import io.github.charrnn.cli.files.ModelFiles;
import io.github.charrnn.cli.files.Replacement;
import io.github.charrnn.cli.files.ReportFiles;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.report.Page;
import io.github.charrnn.cli.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows several runs on one page. */
@Command(
    name = "compare",
    description = {
      "Writes a page that shows several runs side by side.",
      "It is made of their MODEL.report.json."
    },
    footerHeading = "%nExample:%n",
    footer = "  rnn compare book.safetensors novels.safetensors")
final class CompareCommand implements Callable<Integer> {
  private static final int MOST = 24;

  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Parameters(
      arity = "1..*",
      paramLabel = "MODEL",
      description = "2 to 24 models that rnn train has saved, or their reports.")
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
      throw Options.wrong(
          command, "the number of models is " + models.size() + ", must be from 2 to " + MOST);
    }
    Destinations destinations = new Destinations();
    for (Path model : models) {
      destinations.keep("a model", model.toString());
      destinations.keep("a report", new ModelFiles(model).writtenNumbers().toString());
    }
    Options.requireNoClash(command, () -> destinations.add("the page", output));
    JsonArray reports = new JsonArray();
    for (Path model : models) {
      reports.add(ReportFiles.read(new ModelFiles(model)));
    }
    JsonObject page = new JsonObject();
    page.addProperty("format", Report.FORMAT);
    page.addProperty("program", Program.name());
    page.add("reports", reports);
    Replacement.write(output, Page.of(models.size() + " runs compared", page));
    terminal.println("written " + output);
    return ExitCode.OK;
  }
}
