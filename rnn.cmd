@echo off
rem Runs the command line of this checkout on Windows; builds it first if it is not built. It does not
rem see that sources have changed: after that, delete rnn-cli\target\launcher. RNN_JAVA_OPTS are options
rem for Java, as in set RNN_JAVA_OPTS=-Xmx8g. Whoever changes the bash script rnn changes this, too.
rem
rem Arguments appear in two ways only: as %%* where Java starts, and as [%%1], outside of blocks. Either
rem leaves the quotes as they were typed, so what stands in them is safe here: blanks, percent and
rem exclamation marks, ampersands. Paths stand in quotes, and never in a block.
setlocal EnableExtensions DisableDelayedExpansion
set "command=%~0"
set "here=%~dp0"
set "target=%here%rnn-cli\target"
set "launcher=%target%\launcher"
set "jar=%launcher%\rnn.jar"
set "unfinished=%launcher%\unfinished"
set "log=%target%\build.log"
rem Objects start at cache lines, so that the kernels' packed matrices can too.
set "flags=-XX:ObjectAlignmentInBytes=64"
set "vector=--add-modules jdk.incubator.vector"
rem Java takes one collector only: ours, unless its options, also those that Java reads itself, name one.
set "options= %RNN_JAVA_OPTS% %JAVA_TOOL_OPTIONS% %JDK_JAVA_OPTIONS% %_JAVA_OPTIONS% "
set "options=%options:"=%"
set "collector=-XX:+UseSerialGC"
if not "%options: -XX:+UseG1GC =%"=="%options%" set "collector="
if not "%options: -XX:+UseParallelGC =%"=="%options%" set "collector="
if not "%options: -XX:+UseParallelOldGC =%"=="%options%" set "collector="
if not "%options: -XX:+UseZGC =%"=="%options%" set "collector="
if not "%options: -XX:+UseShenandoahGC =%"=="%options%" set "collector="
if not "%options: -XX:+UseEpsilonGC =%"=="%options%" set "collector="
set "flags=%flags% %collector%"

if not defined JAVA_HOME goto java_of_path
set "java=%JAVA_HOME:"=%\bin\java.exe"
if exist "%java%" goto java_found
>&2 echo rnn: JAVA_HOME is "%JAVA_HOME:"=%", and there is no bin\java.exe in it
goto failed
:java_of_path
set "java="
for %%i in (java.exe) do set "java=%%~$PATH:i"
if defined java goto java_found
>&2 echo rnn: needs Java 17 or later: install it, or set JAVA_HOME
goto failed

:java_found
if not exist "%jar%" goto build
if not exist "%unfinished%" goto built
:build
rem The lock ends with the process that holds it: Windows opens no file for writing twice.
if not exist "%launcher%" md "%launcher%"
set "held="
call :locked 9>"%launcher%\lock"
if defined held goto tried
>&2 echo rnn: another start is building "%here%", or you cannot write to it: try again when that is done
goto failed
:tried
if not exist "%jar%" goto failed
if exist "%unfinished%" goto failed

:built
rem A command that computes gets the Vector API, and Java warns of it at every start.
set "computes="
for %%c in (train tune sample evaluate score gradcheck) do if [%1]==[%%c] set "computes=%vector%"
if [%1]==[report] if not [%3]==[] set "computes=%vector%"
set "help="
set "version="
:words
if [%1]==[] goto start
if [%1]==[-h] set "help=yes"
if [%1]==[--help] set "help=yes"
if [%1]==[-V] set "version=yes"
if [%1]==[--version] set "version=yes"
shift /1
goto words

:start
if defined help set "computes="
rem The version comes with the kernels.
if defined version set "computes=%vector%"
rem What rnn writes is UTF-8, wherever it goes: a console has to know that, and gets back what it had.
set "codepage="
for /f "tokens=2 delims=:." %%p in ('chcp 2^>nul') do set "codepage=%%p"
if defined codepage chcp 65001 >nul
"%java%" %flags% -Xshare:auto -Dfile.encoding=UTF-8 "-Drnn.command=%command%" %computes% %RNN_JAVA_OPTS% -jar "%jar%" %*
set "code=%errorlevel%"
if defined codepage chcp %codepage% >nul
rem Not exit /b alone: after that, what is called only on success, or only on failure, is called wrongly.
"%ComSpec%" /c exit /b %code%
goto :eof
:failed
"%ComSpec%" /c exit /b 1
goto :eof

:locked
set "held=yes"
rem Maven takes what a killed build has half written for done.
if not exist "%unfinished%" goto clean
for %%m in (core cli) do for %%d in (classes maven-status) do rd /s /q "%here%rnn-%%m\target\%%d" 2>nul
del /q "%here%rnn-core\target\*.jar" "%here%rnn-cli\target\*.jar" 2>nul
:clean
set "mvn="
for %%i in (mvn.cmd) do set "mvn=%%~$PATH:i"
if defined mvn goto maven_found
>&2 echo rnn: building needs Maven: install it, so that mvn.cmd is in a directory of PATH
exit /b 1
:maven_found
>&2 echo rnn: building, the log is "%log%"
type nul >"%unfinished%"
pushd "%here%"
call "%mvn%" -B -pl rnn-cli -am package -Dmaven.test.skip -Dmaven.javadoc.skip -Dmaven.source.skip -Dspotless.check.skip >"%log%" 2>&1 <nul
set "code=%errorlevel%"
popd
if "%code%"=="0" goto copy
findstr /c:"ERROR" "%log%" >&2
>&2 echo rnn: the build failed, all it said is in "%log%"
exit /b 1
:copy
rem A new file in place of the old one, so that none is ever half written.
copy /y "%target%\rnn.jar" "%jar%.new" >nul
if errorlevel 1 exit /b 1
move /y "%jar%.new" "%jar%" >nul
if errorlevel 1 exit /b 1
del "%unfinished%"
>&2 echo rnn: built
goto :eof
