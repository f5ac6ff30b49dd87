/**
 * Vanilla character-level recurrent networks: from a text to a trained model to new text.
 *
 * <pre>
 * text -&gt; CharVocab -&gt; EncodedText -&gt; Trainer -&gt; VanillaRnn -&gt; Sampler   -&gt; text
 *                                                           -&gt; Scorer    -&gt; bits per character
 *                                                           -&gt; Predictor -&gt; what comes next
 * </pre>
 *
 * <h2 id="start">Start here</h2>
 *
 * <pre>{@code
 * CharVocab vocab = CharVocab.of(text);
 * VanillaRnn rnn = VanillaRnn.builder(vocab).hiddenSize(100).seed(42).build();
 * TrainingResult result = Trainer.of(rnn)
 *     .sequenceLength(25).learningRate(0.1).clip(5)
 *     .every(10_000, p -> System.out.println(p.step() + " " + p.smoothLoss() + "\n" + p.sample(200)))
 *     .train(text, 100_000);
 * String passage = Sampler.of(result.best()).seed(7).temperature(0.8).prime("The ").sample(1_000);
 * result.best().save(Path.of("book.safetensors"));
 * }</pre>
 *
 * <p>The rest of this page is the manual, in the order in which one needs it:
 *
 * <ol>
 *   <li><a href="#model">the model</a>, its equations, and where they are from;
 *   <li><a href="#training">training</a>, and what a recipe is made of;
 *   <li><a href="#validation">how good a model is</a>, on text that it was not trained on;
 *   <li><a href="#writing">new text</a>, with a trained model;
 *   <li><a href="#scoring">a score of a line</a>, and of a million lines;
 *   <li><a href="#documents">lists</a>: new names, products, lines of a log;
 *   <li><a href="#prediction">what comes next</a>, symbol by symbol;
 *   <li><a href="#loop">a training loop of your own</a>, and gradients to check;
 *   <li><a href="#runs">long runs</a>, stopped and resumed;
 *   <li><a href="#speed">speed</a>, and <a href="#throughout">what holds throughout</a>.
 * </ol>
 *
 * <h2 id="model">The model</h2>
 *
 * <p>K symbols, m hidden units, n characters in a window (T in a whole text). A symbol is an
 * element of the vocabulary, a character is a place in a text: the character x_t is one of the K
 * symbols. As a vector it is 1 at its own place and 0 elsewhere; its target y_t is the character
 * that follows.
 *
 * <pre>
 * a_t = W h_(t-1) + U x_t + b      U (m, K)   W (m, m)   b (m)
 * h_t = tanh(a_t)                  h_0 (m) is the state that comes in
 * o_t = V h_t + c                  V (K, m)   c (K)
 * p_t = softmax(o_t)
 * L   = -sum over t of log p_t[y_t], in nats
 * </pre>
 *
 * <p>Backward, with ' for the transpose and * for the elementwise product; each is a sum over the
 * window's steps:
 *
 * <pre>
 * do_t = p_t - y_t                                  dV = sum do_t h_t'        dc = sum do_t
 * da_t = (V' do_t + W' da_(t+1)) * (1 - h_t * h_t)  dW = sum da_t h_(t-1)'    db = sum da_t
 *                                                   dU = sum da_t x_t'
 * </pre>
 *
 * <p>The names and the equations are those of the course assignment DD2424 at KTH and of Karpathy's
 * min-char-rnn (Wxh = U, Whh = W, Why = V, bh = b, by = c). PyTorch's {@code nn.RNN} has them as
 * {@code weight_ih_l0} = U, {@code weight_hh_l0} = W, and {@code Linear.weight} = V. The network is
 * Elman's (Finding Structure in Time, Cognitive Science 14, 1990); Goodfellow, Bengio and Courville
 * derive the backward equations (Deep Learning, 2016, section 10.2.2).
 *
 * <p>A {@link VanillaRnn} is such a set of parameters with its vocabulary. It never changes:
 * training gives new ones. {@link VanillaRnn#save(java.nio.file.Path) VanillaRnn.save} writes one
 * into a file, {@link VanillaRnn#load(java.nio.file.Path) VanillaRnn.load} reads it, and {@link
 * VanillaRnn#of(CharVocab, double[], double[], double[], double[], double[]) VanillaRnn.of} makes
 * one of parameters that come from elsewhere.
 *
 * <h2 id="training">Training</h2>
 *
 * <p>A file is read with {@link EncodedText#read(java.nio.file.Path) EncodedText.read}, which finds
 * the vocabulary on the way and takes little more memory than the file is long:
 *
 * <pre>{@code
 * EncodedText book = EncodedText.read(Path.of("book.txt"));
 * VanillaRnn rnn = VanillaRnn.builder(book.vocab()).hiddenSize(100).build();
 * TrainingResult result = Trainer.of(rnn).trainEpochs(book, 3);
 * result.best().save(Path.of("book.safetensors"));
 * result.history().saveCsv(Path.of("book.csv"));
 * }</pre>
 *
 * <p>{@link Recipe} has everything that decides the bits of a run beside the text and the model.
 * The default is {@code Recipe.course()}: windows of n = 25 characters, one after the other through
 * the text, in one stream. The state is carried from window to window without its gradient
 * (truncated backpropagation through time; Williams and Peng, Neural Computation 2, 1990). It is
 * zero at the start of every epoch, which ends when no full window with its successor is left.
 * Every element of the gradient is clipped to [-5, 5]; AdaGrad then updates the parameters with
 * learning rate 0.1.
 *
 * <p>A new model has m = 100 unless told otherwise; U, W and V are normal with standard deviation
 * 0.01, b and c zero. The smooth loss is the first window's loss, then 0.999 of itself plus 0.001
 * of the window's. The best model is the one after the step with the lowest smooth loss. A model
 * keeps the state in which training left it, and begins every text there: {@link
 * VanillaRnn#startState VanillaRnn.startState}.
 *
 * <p>Other recipes are made of the same parts. An {@link Optimizer} may be AdaGrad with an initial
 * accumulator, gradient descent with momentum, RMSProp, Adam or Shampoo; a {@link LearningRate} may
 * rise at the beginning and fall towards its end in a line, exponentially or by a cosine; {@code
 * Clip.norm(1)} bounds the norm of the whole gradient of the mean loss per character instead of
 * each element; {@link Initializer} draws W as an orthogonal matrix, as the identity or by its
 * shape. With {@code withResetEvery(16)} one window in 16 begins with the zero state in the middle
 * of a stream, as sampling and evaluation do, so that the model learns to start there. All of them
 * lead to the same bits everywhere, and a resumed run goes on with them as if it had never stopped.
 *
 * <h2 id="validation">How good a model is</h2>
 *
 * <p>The smooth loss is of the text that a model is trained on. {@link Trainer#validation
 * Trainer.validation} measures the model on a text that it is not trained on, {@link
 * Trainer#samples Trainer.samples} keeps what it writes; a {@linkplain Trainer#every listener} gets
 * both with the losses, and so does the {@link TrainingResult}.
 *
 * <p>{@link HeldOut} cuts a text in two: one part to train on, pieces of the rest to measure with,
 * spread over the text or its end. {@link BestBy} says which model a run keeps: that of the lowest
 * smooth loss, of the lowest held-out loss, or the last one. {@link Trainer#patience
 * Trainer.patience} ends a run whose held-out loss no longer falls. A {@link Plan} has all of it
 * for a text, by name; below 2,000 characters it holds nothing out:
 *
 * <pre>{@code
 * EncodedText all = CharVocab.of(text).encode(text);
 * Plan plan = Plan.named("quick", all.length(), all.vocab().size());
 * HeldOut parts = HeldOut.spread(all, plan.heldOut(), plan.heldOutPieces());
 * VanillaRnn rnn = VanillaRnn.builder(all.vocab())
 *     .hiddenSize(plan.hiddenSize()).initializer(plan.initializer()).build();
 * TrainingResult result = Trainer.of(rnn)
 *     .recipe(plan.recipe()).validation(parts.pieces(), plan.validationEvery())
 *     .bestBy(BestBy.VALIDATION)
 *     .train(parts.training(), plan.steps());
 * }</pre>
 *
 * <h2 id="writing">New text</h2>
 *
 * <p>A {@link Sampler} draws character by character from what the model predicts. The temperature T
 * divides the outputs, {@code p = softmax(o / T)}: below 1 likely symbols become likelier still, at
 * 0 the likeliest is always taken. The same model, settings and seed give the same passage:
 *
 * <pre>{@code
 * VanillaRnn model = VanillaRnn.load(Path.of("book.safetensors"));
 * Sampler sampler = Sampler.of(model).temperature(0.7).topP(0.95);
 * String passage = sampler.seed(1).prime("The ").sample(500);
 * List<String> sentences = sampler.stopAfter(".").samples(200, 10);
 * }</pre>
 *
 * <h2 id="scoring">A score of a line</h2>
 *
 * <p>A model gives every text a cross-entropy, in nats or in bits per character: how hard it was to
 * predict. A line unlike all that it was trained on has a high one. {@link
 * VanillaRnn#evaluate(CharSequence) VanillaRnn.evaluate} has that of a text, {@link
 * VanillaRnn#surprisals(CharSequence) VanillaRnn.surprisals} that of each of its characters; a
 * {@link Scorer} has those of many texts at a time, with several threads, to the same bits:
 *
 * <pre>{@code
 * double bits = rnn.evaluate("The cat sat on the mat.").bitsPerCharacter();
 * double[] nats = rnn.surprisals("The cat sat on the mat.");
 * List<String> lines = Files.readAllLines(Path.of("lines.txt"));
 * List<Evaluation> scores = Scorer.of(rnn).evaluateAll(lines, UnknownSymbols.skip());
 * for (int i = 0; i < lines.size(); i++) {
 *   System.out.println(scores.get(i).bitsPerCharacter() + "\t" + lines.get(i));
 * }
 * }</pre>
 *
 * <p>A line must have two characters, because nothing predicts the first; a model of documents
 * takes one, and nobody an empty one: leave them out. A symbol that the vocabulary does not have is
 * an {@link UnknownSymbolException} unless {@link UnknownSymbols} says otherwise. {@link
 * Scorer#evaluateEach Scorer.evaluateEach} takes any number of lines, from a file or a stream, and
 * has some thousands in memory.
 *
 * <h2 id="documents">Lists and other documents</h2>
 *
 * <p>A text may be many short ones, such as the lines of a list: {@link Documents}. Before the
 * symbol that ends one and begins the next, h_(t-1) is zero and W' da_(t+1) does not go back, so
 * that documents have nothing to do with each other:
 *
 * <pre>{@code
 * EncodedText names = Documents.lines().read(Path.of("names.txt"));
 * VanillaRnn rnn = VanillaRnn.builder(names.vocab()).documents(Documents.lines()).build();
 * VanillaRnn best = Trainer.of(rnn).trainEpochs(names, 20).best();
 * List<String> invented = Sampler.of(best).documents(30).distinct().limit(20).toList();
 * double bits = best.evaluate("charlotte").bitsPerCharacter();
 * }</pre>
 *
 * <h2 id="prediction">What comes next</h2>
 *
 * <p>{@link Predictor} reads a text as it comes and says what may come next, for an input field or
 * a stream; a {@link Sampler} can go on where one stands:
 *
 * <pre>{@code
 * Predictor typed = Predictor.of(rnn).read("The ca");
 * for (Predictor.Prediction next : typed.top(3)) {
 *   System.out.println(next.symbol() + " " + next.probability());
 * }
 * String completion = Sampler.of(rnn).after(typed).temperature(0).stopAfter(" ").sample(20);
 * }</pre>
 *
 * <h2 id="loop">A training loop of your own</h2>
 *
 * <p>{@link Trainer#start Trainer.start} gives the training loop into your own hands. {@link
 * VanillaRnn#states VanillaRnn.states} says what a model makes of each symbol, {@link
 * VanillaRnn#gradient VanillaRnn.gradient} what the loss of a window is and how it depends on every
 * parameter, and {@link GradientCheck} that its gradients are right:
 *
 * <pre>{@code
 * EncodedText book = EncodedText.read(Path.of("book.txt"));
 * VanillaRnn rnn = VanillaRnn.builder(book.vocab()).build();
 * boolean right = GradientCheck.of(rnn).elements(50).run(book).passed();
 * Training run = Trainer.of(rnn).optimizer(Optimizer.adam(0.9, 0.999)).learningRate(0.002).start(book);
 * while (run.epoch() < 3) {
 *   double loss = run.advance();
 *   if (run.step() % 100 == 0) {
 *     System.out.println(run.step() + " " + loss + " " + run.smoothBitsPerCharacter());
 *   }
 * }
 * VanillaRnn trained = run.result().best();
 * }</pre>
 *
 * <h2 id="runs">Long runs</h2>
 *
 * <p>{@link Trainer#checkpoint(java.nio.file.Path) Trainer.checkpoint} keeps all of a run in a
 * file. {@link Trainer#resuming Trainer.resuming} makes a trainer from it that goes on to the same
 * bits as if the run had never stopped; a trainer of a trained model begins a new run with it.
 * {@link Trainer#rollbacks Trainer.rollbacks} goes back when numbers overflow. A file is replaced
 * in one move, once the new one is safely on disk, and read without trust: a damaged or hostile one
 * is a {@link ModelFormatException}. Started again after a crash, this goes on where it was:
 *
 * <pre>{@code
 * EncodedText book = EncodedText.read(Path.of("book.txt"));
 * Path file = Path.of("book.checkpoint");
 * TrainingResult result =
 *     Files.exists(file)
 *         ? Trainer.resuming(file).resume(book, 100_000)
 *         : Trainer.of(VanillaRnn.builder(book.vocab()).build())
 *             .checkpoint(file).train(book, 100_000);
 * }</pre>
 *
 * <h2 id="speed">Speed</h2>
 *
 * <p>Java started with {@code --add-modules jdk.incubator.vector} trains nearly twice as fast, with
 * the same result to the last bit, and {@code -XX:ObjectAlignmentInBytes=64} saves another fifth.
 * {@link VanillaRnn#kernels VanillaRnn.kernels} says what is in use. {@link Trainer#batchSize
 * Trainer.batchSize} trains on several streams of the text side by side.
 *
 * <h2 id="throughout">What holds throughout</h2>
 *
 * <ul>
 *   <li>The same text, settings and seed give the same bits, on every Java version and processor.
 *   <li>Models, vocabularies, encoded texts, recipes and results never change, and threads may
 *       share them. A trainer, a sampler or a gradient check is for one thread at a time. Every
 *       class says which it is.
 *   <li>No argument may be null, no element of an argument either, and no result is: a {@code
 *       NullPointerException} names the argument.
 *   <li>Losses are in nats, per window where a window's loss is meant.
 *   <li>A symbol is an element of a vocabulary, a Unicode code point. A character is a place in a
 *       text, where one symbol stands: lengths, positions and bits per character count characters.
 *   <li>A setter whose name is a setting replaces it; {@code every} and {@code onSample} add a
 *       listener.
 *   <li>A wrong argument is an {@code IllegalArgumentException} whose message names the argument,
 *       its value and what it must be.
 *   <li>Once a run has taken its first steps, steps allocate nothing.
 * </ul>
 */
@NullMarked
package io.github.charrnn;

import org.jspecify.annotations.NullMarked;
