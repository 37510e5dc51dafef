#!/usr/bin/env bash
# Trains a model on a text under every recipe of a table: each run in a process of its own, so that its peak memory is its own. Prints the
# table of Docs.docc/Training.md and draws the loss curves. A run whose results lie in the folder is not repeated, so that what was
# ended goes on. Needs neither a network nor a compiler: the command, the model and the text are files.
#
#   Benchmarks/Training/finetune.sh --affine FILE --model FILE --text FILE --folder FOLDER [--steps 200] [--batch 4] [--context 256]
#     [--threads 2] [--rank 16] [--rate 2e-5] [--lora-rate 2e-4] [--validation-windows 64] [--data-seed 0] [--export]
#     [--runs "float32 lora …"]
#
# Runs: float32 int8-mixed-precision switchback jetfire int8-weight-only lora qlora-int4 qlora-nf4 qlora-file, and two that are not run
# unless they are named: switchback-q, which has a scale for each row of a weight; and qlora-gptq: the model, a GGUF file, becomes Q4_0 by GPTQ
# first, calibrated on the text's first 100 kB. With --export each leaves a GGUF file, FOLDER/RUN.gguf. --runs none only prints what is there.
set -euo pipefail

affine= model= text= folder= steps=200 batch=4 context=256 threads=2 rank=16 rate=2e-5 lora_rate=2e-4 windows=64 data_seed=0 export=
runs="float32 int8-mixed-precision switchback jetfire int8-weight-only lora qlora-int4 qlora-nf4 qlora-file"
fail() {
  echo "finetune.sh: $1" >&2
  exit 1
}
while [ $# -gt 0 ]; do
  case $1 in
    --export) export=yes; shift; continue ;;
    --affine | --model | --text | --folder | --steps | --batch | --context | --threads | --rank | --rate | --lora-rate | \
      --validation-windows | --data-seed | --runs) [ $# -gt 1 ] || fail "$1 needs a value" ;;
    *) fail "there is no option $1" ;;
  esac
  case $1 in
    --affine) affine=$2 ;;
    --model) model=$2 ;;
    --text) text=$2 ;;
    --folder) folder=$2 ;;
    --steps) steps=$2 ;;
    --batch) batch=$2 ;;
    --context) context=$2 ;;
    --threads) threads=$2 ;;
    --rank) rank=$2 ;;
    --rate) rate=$2 ;;
    --lora-rate) lora_rate=$2 ;;
    --validation-windows) windows=$2 ;;
    --data-seed) data_seed=$2 ;;
    --runs) runs=$2 ;;
  esac
  shift 2
done
for value in affine model text folder; do [ -n "${!value}" ] || fail "--$value is missing"; done
mkdir -p "$folder"

options=(train --text "$text" --token-file "$folder/text.tokens" --steps "$steps" --batch "$batch"
  --context "$context" --threads "$threads" --validation-windows "$windows" --data-seed "$data_seed" --warm-up 20 --clip 1 --weight-decay 0)
full=(--learning-rate "$rate")
lora=(--adapter-rank "$rank" --alpha "$rank" --learning-rate "$lora_rate")
for run in $runs; do
  case $run in
    none) continue ;;
    float32 | int8-mixed-precision | switchback | switchback-q | jetfire) arguments=("${full[@]}" --recipe "$run") ;;
    int8-weight-only) arguments=("${full[@]}" --recipe "$run" --moments dynamic8) ;;
    lora) arguments=("${lora[@]}") ;;
    qlora-int4) arguments=("${lora[@]}" --base int4-group32) ;;
    qlora-nf4) arguments=("${lora[@]}" --base uint4-group64-nf4) ;;
    qlora-file | qlora-gptq) arguments=("${lora[@]}" --base file) ;;
    *) fail "there is no run $run" ;;
  esac
  [ -f "$folder/$run.json" ] && continue
  initial=$model
  if [ "$run" = qlora-gptq ]; then
    initial=$folder/gptq.gguf
    head -c 100000 "$text" > "$folder/calibration.txt"
    [ -f "$initial" ] || "$affine" quantize "$model" "$initial" --weights q4_0 --method gptq --calibrate "$folder/calibration.txt" \
      --calibration-tokens 8192 --threads "$threads" > /dev/null
  fi
  [ -z "$export" ] || arguments+=(--export "$folder/$run.gguf" --overwrite)
  "$affine" "${options[@]}" --initial "$initial" "${arguments[@]}" --output "$folder/$run.json" > /dev/null
done

files=()
for run in float32 int8-mixed-precision switchback switchback-q jetfire int8-weight-only lora qlora-int4 qlora-nf4 qlora-file qlora-gptq; do
  [ ! -f "$folder/$run.json" ] || files+=("$folder/$run.json")
done
[ ${#files[@]} -gt 0 ] || fail "no run has results in '$folder'"
"$affine" train --beside "${files[@]}" --format markdown --plot "$folder/loss.svg" --overwrite
