/**
 * Vanilla character-level recurrent networks: from a text to a trained model to new text.
 *
 * <pre>
 * text -&gt; CharVocab -&gt; EncodedText -&gt; Trainer -&gt; VanillaRnn -&gt; Sampler -&gt; text
 * </pre>
 *
 * <h2>Start here</h2>
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
 * <p>A file is read with {@link io.github.charrnn.EncodedText#read(java.nio.file.Path)}, which
 * finds the vocabulary on the way and takes little more memory than the file is long. {@link
 * io.github.charrnn.Trainer#start} gives the training loop into your own hands. {@link
 * io.github.charrnn.VanillaRnn#evaluate} says how well a model predicts a text, {@link
 * io.github.charrnn.Scorer} the same of many texts, or with several threads, and {@link
 * io.github.charrnn.GradientCheck} that its gradients are right.
 *
 * <h2>The model</h2>
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
 * {@code weight_ih_l0} = U, {@code weight_hh_l0} = W, and {@code Linear.weight} = V.
 *
 * <h2>The recipe</h2>
 *
 * <p>{@link io.github.charrnn.Recipe} has everything that decides the bits of a run beside the text
 * and the model. The default is {@code Recipe.course()}: windows of n = 25 characters, one after
 * the other through the text, in one stream. The state is carried from window to window without its
 * gradient (truncated backpropagation through time). It is zero at the start of every epoch, which
 * ends when no full window with its successor is left. Every element of the gradient is clipped to
 * [-5, 5]; AdaGrad then updates the parameters with learning rate 0.1.
 *
 * <p>A new model has m = 100 unless told otherwise; U, W and V are normal with standard deviation
 * 0.01, b and c zero. The smooth loss is the first window's loss, then 0.999 of itself plus 0.001
 * of the window's. The best model is the one after the step with the lowest smooth loss. A model
 * keeps the state in which training left it, and begins every text there: {@link
 * io.github.charrnn.VanillaRnn#startState}.
 *
 * <p>Other recipes are made of the same parts. An {@link io.github.charrnn.Optimizer} may be
 * AdaGrad with an initial accumulator, gradient descent with momentum, RMSProp or Adam; a {@link
 * io.github.charrnn.LearningRate} may rise at the beginning and fall towards its end by a line, a
 * power or a cosine; {@code Clip.norm(1)} bounds the norm of the whole gradient of the mean loss
 * per character instead of each element; {@link io.github.charrnn.Initializer} draws W as an
 * orthogonal matrix, as the identity or by its shape. With {@code withResetEvery(16)} one window in
 * 16 begins with the zero state in the middle of a stream, as sampling and evaluation do, so that
 * the model learns to start there. All of them lead to the same bits everywhere, and a resumed run
 * goes on with them as if it had never stopped.
 *
 * <h2>Documents</h2>
 *
 * <p>A text may be many short ones, such as the lines of a list: {@link
 * io.github.charrnn.Documents}. Before the symbol that ends one and begins the next, h_(t-1) is
 * zero and W' da_(t+1) does not go back, so that documents have nothing to do with each other:
 *
 * <pre>{@code
 * EncodedText names = Documents.lines().read(Path.of("names.txt"));
 * VanillaRnn rnn = VanillaRnn.builder(names.vocab()).documents(Documents.lines()).build();
 * VanillaRnn best = Trainer.of(rnn).trainEpochs(names, 20).best();
 * List<String> invented = Sampler.of(best).documents(30).distinct().limit(20).toList();
 * double bits = best.evaluate("charlotte").bitsPerCharacter();
 * }</pre>
 *
 * <h2>Symbol by symbol</h2>
 *
 * <p>{@link io.github.charrnn.Predictor} reads a text as it comes and says what may come next, for
 * an input field or a stream; a {@link io.github.charrnn.Sampler} can go on where one stands.
 *
 * <h2>Watching a run</h2>
 *
 * <p>{@link io.github.charrnn.Trainer#validation} measures the model on a text that it is not
 * trained on, {@link io.github.charrnn.Trainer#samples} keeps what it writes; a {@linkplain
 * io.github.charrnn.Trainer#every listener} gets both with the losses, and so does the {@link
 * io.github.charrnn.TrainingResult}. {@link io.github.charrnn.VanillaRnn#surprisals} and {@link
 * io.github.charrnn.VanillaRnn#states} say what a model makes of each symbol, {@link
 * io.github.charrnn.VanillaRnn#gradient} what the loss of a window is and how it depends on every
 * parameter.
 *
 * <p>{@link io.github.charrnn.HeldOut} cuts a text in two: one part to train on, pieces of the rest
 * to measure with, spread over the text or its end. {@link io.github.charrnn.BestBy} says which
 * model a run keeps: that of the lowest smooth loss, of the lowest held-out loss, or the last one.
 * {@link io.github.charrnn.Trainer#patience} ends a run whose held-out loss no longer falls. A
 * {@link io.github.charrnn.Plan} has all of it for a text, by name; below 2,000 characters it holds
 * nothing out:
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
 * <h2>Long runs</h2>
 *
 * <p>{@link io.github.charrnn.Trainer#checkpoint(java.nio.file.Path)} keeps all of a run in a file.
 * {@link io.github.charrnn.Trainer#resuming} makes a trainer from it that goes on to the same bits
 * as if the run had never stopped; a trainer of a trained model begins a new run with it. {@link
 * io.github.charrnn.Trainer#rollbacks} goes back when numbers overflow. A file is replaced in one
 * move, once the new one is safely on disk, and read without trust: a damaged or hostile one is a
 * {@link io.github.charrnn.ModelFormatException}.
 *
 * <h2>Speed</h2>
 *
 * <p>Java started with {@code --add-modules jdk.incubator.vector} trains nearly twice as fast, with
 * the same result to the last bit, and {@code -XX:ObjectAlignmentInBytes=64} saves another sixth.
 * {@link io.github.charrnn.VanillaRnn#kernels} says what is in use. {@link
 * io.github.charrnn.Trainer#batchSize} trains on several streams of the text side by side.
 *
 * <h2>What holds throughout</h2>
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
